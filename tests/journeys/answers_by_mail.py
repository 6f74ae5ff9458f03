"""A guest's calendar, by libraries that are not ours: reads an invitation as it came, answers it as RFC 5546 has it, and hands the
mail over by LMTP or prints it.

    answers_by_mail.py MAIL.eml '{"method": "REPLY", "partstat": "ACCEPTED", ...}' [HOST PORT]

The wish may have: method, partstat, recurrence (RECURRENCE-ID as iCalendar text), start (DTSTART as iCalendar text), comment,
sender (From, where it is not the guest), headers ({name: value}), stamp (DTSTAMP as iCalendar text), id (Message-ID). Prints what
the calendar calls the organizer on the first line.
"""
import datetime, email, email.message, email.policy, json, smtplib, sys

import icalendar

mail = email.message_from_binary_file(open(sys.argv[1], "rb"), policy=email.policy.default)
wish = json.loads(sys.argv[2])
guest = mail["to"].addresses[0].addr_spec
part = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
invited = icalendar.Calendar.from_ical(part.get_content())
event = next(one for one in invited.walk("VEVENT"))
organizer = str(event["ORGANIZER"])
assert part.get_param("method") == str(invited["METHOD"]), "the methods differ"

reply = icalendar.Calendar()
reply.add("prodid", "-//Guest//Calendar//EN")
reply.add("version", "2.0")
reply.add("method", wish["method"])
said = icalendar.Event()
said.add("uid", str(event["UID"]))
said.add("sequence", int(event.get("SEQUENCE", 0)))
said["DTSTAMP"] = icalendar.vDatetime.from_ical(wish.get("stamp", "20261122T090100Z"))
said["DTSTAMP"] = icalendar.vDatetime(said["DTSTAMP"])
said["ORGANIZER"] = event["ORGANIZER"]
attendee = icalendar.vCalAddress(f"mailto:{guest}")
attendee.params["PARTSTAT"] = wish.get("partstat", "NEEDS-ACTION")
said.add("attendee", attendee, encode=0)
for name, key in (("RECURRENCE-ID", "recurrence"), ("DTSTART", "start")):
    if key in wish:
        said[name] = icalendar.vText(wish[key])
if "comment" in wish:
    said.add("comment", wish["comment"])
reply.add_component(said)

answer = email.message.EmailMessage(policy=email.policy.SMTP)
for name, value in wish.get("headers", {}).items():
    answer[name] = value
answer["From"] = wish.get("sender", guest)
answer["To"] = organizer.removeprefix("mailto:")
answer["Subject"] = "Answer"
answer["Message-ID"] = wish.get("id", email.utils.make_msgid(domain="guest.test"))
answer["In-Reply-To"] = mail["Message-ID"]
answer["Date"] = datetime.datetime(2026, 11, 22, 9, 1, tzinfo=datetime.timezone.utc)
answer.set_content("An answer.")
text = reply.to_ical().decode()
answer.add_alternative(text, subtype="calendar", params={"method": wish["method"]})

print(organizer)
if len(sys.argv) > 3:
    with smtplib.LMTP(sys.argv[3], int(sys.argv[4])) as server:
        refused = server.send_message(answer, "bounces@guest.test")
        assert not refused, refused
else:
    sys.stdout.flush()
    sys.stdout.buffer.write(answer.as_bytes())
