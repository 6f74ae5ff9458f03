"""Expands rules with python-dateutil, and turns local starts into instants with Python's zoneinfo and the package tzdata.

A line in: number, start, zone, last local time, most, rule (tabs between; the rule without its end on DTSTART's clock).
A line out: number, then "local=instant" for each occurrence, or "!" and why there is none.
"""

import sys
import warnings
from datetime import datetime, timezone
from zoneinfo import ZoneInfo, reset_tzpath

from dateutil.rrule import rrulestr

warnings.simplefilter("ignore")
# The machine's own zone files are often years old.
reset_tzpath(to=[])

FORM = "%Y%m%dT%H%M%S"
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def expand(start, zone, horizon, most, rule):
    start, horizon = datetime.strptime(start, FORM), datetime.strptime(horizon, FORM)
    zone = ZoneInfo(zone)
    series = rrulestr(rule, dtstart=start)
    if series._until is None or series._until > horizon:
        series._until = horizon
    found = []
    for local in series:
        # A gap is resolved by the offset before it, a fold to its first pass: fold=0 says both.
        instant = (local.replace(tzinfo=zone) - EPOCH).total_seconds()
        found.append(f"{local.strftime(FORM)}={int(instant)}")
        if len(found) == int(most):
            break
    return found


for line in sys.stdin:
    number, *case = line.rstrip("\n").split("\t")
    try:
        print(number, *expand(*case))
    except Exception as fault:
        print(number, "!" + str(fault).replace("\n", " "))
