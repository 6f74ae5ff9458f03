// When, where and who of a meeting.
import { parseDate, parseDateTime, toCalendarDate, toZoned } from '@internationalized/date';
import { useQuery } from '@tanstack/react-query';
import type { Attendee, Instance, Meeting } from '../api/types';
import { parseRule } from '../schedule/rule';
import { endWords, frequencyWords } from '../schedule/ruleWords';
import { useSession } from '../session/session';
import { dayText, relative, spanText, type Reader, type Span } from '../time/format';
import { cityOf } from '../time/zones';

/** The list call's longest window, and enough dates to find some of one series among others. */
const LOOK_DAYS = 366;
const LOOK_MAX = 1_000;
const DATES_SHOWN = 4;
const DAY_MS = 86_400_000;

interface GeneralTabProps {
  meeting: Meeting;
  at: string | null;
  reader: Reader;
  now: Date;
}

export function GeneralTab({ meeting, at, reader, now }: GeneralTabProps) {
  const { text } = reader;
  const upcoming = useUpcoming(meeting);
  const span = chosenSpan(meeting, at) ?? upcoming[0] ?? firstSpan(meeting);
  const foreign = meeting.timeZone !== reader.zone && !meeting.isFullDayMeeting;
  const later = upcoming.filter(({ dtStartUtc }) => Date.parse(dtStartUtc) > Date.parse(span.dtStartUtc));
  const toCome = Date.parse(span.dtStartUtc) > now.getTime() && meeting.status === 'CONFIRMED';

  return (
    <dl className="facts">
      <dt>{text.meeting.when}</dt>
      <dd>
        <p className="strong">{spanText(span, meeting.timeZone, reader)}</p>
        {foreign ? <p>{text.meeting.yourTime} ({cityOf(reader.zone, reader.language)}): {spanText(span, reader.zone, reader)}</p> : null}
        {meeting.isFullDayMeeting && meeting.timeZone !== reader.zone ? <p className="muted">{cityOf(meeting.timeZone, reader.language)}</p> : null}
        {toCome ? <p className="muted">{relative(new Date(span.dtStartUtc), now, reader)}</p> : null}
      </dd>
      {meeting.rrule ? (
        <>
          <dt>{text.meeting.repeats}</dt>
          <dd>
            <p>{repeatWords(meeting, reader)}</p>
            {later.length > 0 && meeting.status === 'CONFIRMED' ? (
              <p className="muted">{text.meeting.nextDates}: {later.slice(0, DATES_SHOWN - 1).map((next) => dateOf(next, reader)).join(' · ')}</p>
            ) : null}
          </dd>
        </>
      ) : null}
      <dt>{text.meeting.where}</dt>
      <dd>
        <p>{meeting.coSpaceName}</p>
        {meeting.temporarySpace ? <p className="muted">{text.meeting.temporary}</p> : null}
      </dd>
      <dt>{text.meeting.organizer}</dt>
      <dd><p>{meeting.isOrganizer ? `${text.home.you} (${meeting.organizer.name})` : meeting.organizer.name} <Role role={meeting.organizer.role} /></p></dd>
      <dt>{text.meeting.who(meeting.attendees.length)}</dt>
      <dd>
        {meeting.attendees.length === 0 ? <p className="muted">{text.meeting.nobody}</p> : (
          <ul className="people-list">
            {meeting.attendees.map((attendee) => <AttendeeLine key={attendee.email} attendee={attendee} reader={reader} />)}
          </ul>
        )}
      </dd>
      {meeting.description ? (
        <>
          <dt>{text.meeting.description}</dt>
          <dd className="prose">{meeting.description}</dd>
        </>
      ) : null}
    </dl>
  );
}

function Role({ role }: { role: string | null }) {
  return role ? <span className="role">{role}</span> : null;
}

function AttendeeLine({ attendee, reader }: { attendee: Attendee; reader: Reader }) {
  const { text } = reader;
  const { mail } = attendee;
  return (
    <li>
      <span className="breakable">{attendee.name ? <>{attendee.name} <span className="muted">{attendee.email}</span></> : attendee.email}</span>
      <Role role={attendee.role} />
      {mail ? <span className={`mail-state ${mail.state}`}>{text.meeting.mail[mail.state]}{(mail.state === 'failed' || mail.state === 'bounced') && mail.detail ? `: ${mail.detail}` : ''}</span> : null}
    </li>
  );
}

function repeatWords(meeting: Meeting, reader: Reader): string {
  const { text, locale } = reader;
  const rule = meeting.rrule ? parseRule(meeting.rrule, meeting.timeZone) : null;
  if (!rule) return text.rule.own;
  const start = parseDate(meeting.dtStart.slice(0, 10));
  const parts = [frequencyWords(rule, start, text, locale), text.rule.from(dayText(start, 'long', locale)), endWords(rule, text, locale)];
  return text.rule.join(parts.filter((part) => part !== null));
}

const dateOf = (instance: Instance, { locale }: Reader): string =>
  dayText(toCalendarDate(parseDate(instance.dtStart.slice(0, 10))), 'short', locale);

/** The dates of a series that are still to come. */
function useUpcoming(meeting: Meeting): Instance[] {
  const { calls } = useSession();
  const list = useQuery({
    queryKey: ['meetings', 'dates', meeting.id],
    queryFn: ({ signal }) => {
      const from = new Date();
      return calls.instances(from, new Date(from.getTime() + (LOOK_DAYS - 1) * DAY_MS), LOOK_MAX, signal);
    },
    enabled: meeting.rrule !== null && meeting.status === 'CONFIRMED',
    staleTime: 60_000,
  });
  return (list.data ?? []).filter((instance) => instance.meeting === meeting.id);
}

/** The first date; the list call may not have it any more. */
function firstSpan(meeting: Meeting): Span {
  const { dtStart, dtEnd, timeZone, isFullDayMeeting } = meeting;
  const instant = (local: string) => toZoned(parseDateTime(local), timeZone).toDate().toISOString();
  return { dtStart, dtEnd, timeZone, isFullDayMeeting, dtStartUtc: meeting.dtStartUtc ?? instant(dtStart), dtEndUtc: meeting.dtEndUtc ?? instant(dtEnd) };
}

/** The date of a series that begins at `at`, as long as the first one. */
function chosenSpan(meeting: Meeting, at: string | null): Span | null {
  if (at === null || meeting.rrule === null || meeting.isFullDayMeeting) return null;
  try {
    const first = firstSpan(meeting);
    const start = toZoned(parseDateTime(at), meeting.timeZone);
    const end = start.add({ milliseconds: Date.parse(first.dtEndUtc) - Date.parse(first.dtStartUtc) });
    return { ...first, dtStart: at, dtEnd: end.toString().slice(0, 19), dtStartUtc: start.toDate().toISOString(), dtEndUtc: end.toDate().toISOString() };
  } catch {
    return null;
  }
}
