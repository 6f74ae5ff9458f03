"""Looks at every mail of a folder as other programs do, and holds it against what a mail with a calendar has to be.

Prints a line a mail: its file, the method in MIME and in the calendar object, the RECURRENCE-ID if there is one.
"""

import email
import email.policy
import os
import re
import sys

import icalendar


def fail(name, what):
    sys.exit(f"{name}: {what}")


def check_bytes(name, data):
    if re.search(rb"(?<!\r)\n|\r(?!\n)", data):
        fail(name, "a line ends otherwise than in CRLF")
    if max(len(line) for line in data.split(b"\r\n")) > 998:
        fail(name, "a line is longer than 998 octets")
    head = data.split(b"\r\n\r\n", 1)[0]
    for line in head.split(b"\r\n"):
        # One word can't be folded.
        if len(line) > 78 and b" " in line.strip().split(b": ", 1)[-1]:
            fail(name, f"a header's line is longer than 78 octets: {line!r}")
    if not data.isascii():
        fail(name, "not ASCII")


def check_head(name, mail):
    for header in ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version"):
        if len(mail.get_all(header, [])) != 1:
            fail(name, f"{header} stands {len(mail.get_all(header, []))} times")
    if mail["Auto-Submitted"] != "auto-generated":
        fail(name, "Auto-Submitted")
    sender, reply = mail["Sender"], mail["Reply-To"]
    if len(mail["From"].addresses) != 1 or (sender is None) == (reply is None):
        fail(name, "From, Sender and Reply-To do not fit")
    if (mail["In-Reply-To"] is None) != (mail["References"] is None):
        fail(name, "In-Reply-To and References do not fit")
    if mail["References"] and not mail["References"].split()[-1] == mail["In-Reply-To"].strip():
        fail(name, "the last of References is not In-Reply-To")
    for part in mail.walk():
        if part.defects:
            fail(name, f"{part.get_content_type()}: {part.defects}")


# What calendars need not know of.
WITHOUT_CALENDAR = ("reminder",)


def check_parts(name, mail):
    kinds = [part.get_content_type() for part in mail.walk()]
    expected = [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar", "application/ics",
    ]
    if name.startswith(WITHOUT_CALENDAR):
        expected = expected[1:4]
    if kinds != expected:
        fail(name, f"parts {kinds}")
    if name.startswith(WITHOUT_CALENDAR):
        print(f"{name} mime=- body=- recurrence=-")
        return None
    alternative = next(iter(mail.iter_parts()))
    inside = [part.get_content_type() for part in alternative.iter_parts()]
    if inside != expected[2:5]:
        fail(name, f"in the alternative: {inside}")
    texts = [part for part in mail.walk() if part.get_content_maintype() == "text"]
    for part in texts:
        if part.get_content_charset() != "utf-8":
            fail(name, "charset")
        part.get_content()
    attached = [part for part in mail.walk() if part.is_attachment()]
    calendar = texts[2].get_payload(decode=True)
    if len(attached) != 1 or attached[0].get_payload(decode=True) != calendar:
        fail(name, "what is attached is not the calendar part")
    return texts[2], calendar


def check_calendar(name, part, data):
    if re.search(rb"(?<!\r)\n", data) or max(len(line) for line in data.split(b"\r\n")) > 75:
        fail(name, "lines of the calendar object")
    calendar = icalendar.Calendar.from_ical(data)
    method = str(calendar["METHOD"])
    if part["Content-Type"].params["method"] != method:
        fail(name, f"MIME says {part['Content-Type'].params['method']}, the object {method}")
    events = calendar.walk("VEVENT")
    zones = {str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")}
    for event in events:
        if event.errors:
            fail(name, f"{event.errors}")
        for wanted in ("UID", "DTSTAMP", "SEQUENCE", "ORGANIZER", "DTSTART", "DTEND", "ATTENDEE"):
            if wanted not in event:
                fail(name, f"no {wanted}")
        if len({str(other["UID"]) for other in events}) != 1:
            fail(name, "several UIDs")
        used = {event["DTSTART"].params.get("TZID"), event["DTEND"].params.get("TZID")} - {None}
        if "RECURRENCE-ID" in event:
            own = event["RECURRENCE-ID"].params
            if own.get("TZID") != event["DTSTART"].params.get("TZID") or own.get("VALUE") != event["DTSTART"].params.get("VALUE"):
                fail(name, "RECURRENCE-ID is written otherwise than DTSTART")
        if not used <= zones:
            fail(name, f"no VTIMEZONE for {used - zones}")
    ids = [event["RECURRENCE-ID"].to_ical().decode() for event in events if "RECURRENCE-ID" in event]
    first = "-" if "RECURRENCE-ID" not in events[0] else ids[0]
    print(f"{name} mime={part['Content-Type'].params['method']} body={method} recurrence={first}")


def main():
    folder = sys.argv[1]
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as file:
            data = file.read()
        check_bytes(name, data)
        mail = email.message_from_bytes(data, policy=email.policy.default)
        check_head(name, mail)
        found = check_parts(name, mail)
        if found is not None:
            check_calendar(name, *found)


main()
