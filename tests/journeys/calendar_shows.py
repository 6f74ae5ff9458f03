"""What a calendar shows after it has processed mails, by RFC 5546 and with libraries that are not ours.

Reads JSON {"mails": [calendar object, ..], "from": instant, "until": instant} lines, each a person's, and writes a line of JSON
for each: [[start, end, summary], ..] in UTC, by start.
"""

import copy
import datetime
import json
import sys

import icalendar
import recurring_ical_events

UTC = datetime.timezone.utc


def when(value):
    if isinstance(value, datetime.datetime):
        return value.astimezone(UTC)
    # A whole day, as one who is in UTC has it.
    return datetime.datetime(value.year, value.month, value.day, tzinfo=UTC)


class Entry:
    """One UID: a series and what single occurrences say, or single occurrences alone."""

    def __init__(self):
        self.master = None
        self.zones = []
        self.own = {}
        self.gone = {}
        self.sequence = {}

    def newer(self, key, event):
        sequence = int(event["SEQUENCE"])
        if sequence < self.sequence.get(key, -1):
            return False
        self.sequence[key] = sequence
        return True

    def request(self, events, zones):
        self.zones = zones
        masters = [event for event in events if "RECURRENCE-ID" not in event]
        for event in masters:
            if self.newer(None, event):
                # It is the whole of it: what single occurrences said before is said again, or not any more.
                self.master, self.own, self.gone = event, {}, {}
        for event in events:
            if "RECURRENCE-ID" in event:
                key = when(event["RECURRENCE-ID"].dt)
                if self.newer(key, event):
                    self.own[key] = event
                    self.gone.pop(key, None)

    def cancel(self, events):
        for event in events:
            if "RECURRENCE-ID" not in event:
                if self.newer(None, event):
                    self.master, self.own, self.gone = None, {}, {}
                continue
            key = when(event["RECURRENCE-ID"].dt)
            if self.newer(key, event):
                self.own.pop(key, None)
                self.gone[key] = event["RECURRENCE-ID"]

    def calendars(self):
        if self.master is None:
            # Occurrences of a series that this calendar does not know stand for themselves.
            for event in self.own.values():
                alone = copy.deepcopy(event)
                del alone["RECURRENCE-ID"]
                yield self.calendar([alone])
            return
        master = copy.deepcopy(self.master)
        for gone in self.gone.values():
            master.add("EXDATE", gone.dt)
        yield self.calendar([master, *self.own.values()])

    def calendar(self, events):
        calendar = icalendar.Calendar()
        for component in [*self.zones, *events]:
            calendar.add_component(component)
        return calendar


def shows(mails, since, until):
    entries, subscribed = {}, []
    for text in mails:
        calendar = icalendar.Calendar.from_ical(text)
        if str(calendar["METHOD"]) == "PUBLISH":
            # A calendar that was subscribed to is shown as it is.
            subscribed.append(calendar)
            continue
        events = list(calendar.walk("VEVENT"))
        entry = entries.setdefault(str(events[0]["UID"]), Entry())
        if str(calendar["METHOD"]) == "REQUEST":
            entry.request(events, list(calendar.walk("VTIMEZONE")))
        else:
            entry.cancel(events)
    shown = []
    calendars = [calendar for entry in entries.values() for calendar in entry.calendars()]
    for calendar in calendars + subscribed:
        for event in recurring_ical_events.of(calendar).between(since, until):
            shown.append([when(event["DTSTART"].dt), when(event["DTEND"].dt), str(event["SUMMARY"])])
    form = "%Y-%m-%dT%H:%M:%SZ"
    return sorted([start.strftime(form), end.strftime(form), name] for start, end, name in shown if start >= since)


for line in sys.stdin:
    asked = json.loads(line)
    since, until = (datetime.datetime.fromisoformat(asked[name]) for name in ("from", "until"))
    print(json.dumps(shows(asked["mails"], since, until)))
