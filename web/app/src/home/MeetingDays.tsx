// The list of meetings under their days: time, name, whether it is on now, space, organizer, Join.
import { Link } from 'react-aria-components';
import type { Instance } from '../api/types';
import { dayHeading, dayOf, fullDays, shortDays, timeText, type Reader } from '../time/format';
import { cityOf } from '../time/zones';
import { ButtonLink, inApp } from '../ui/buttons';
import { Repeat } from '../ui/icons';
import { byDay, isOn } from './days';

interface MeetingDaysProps {
  meetings: Instance[];
  reader: Reader;
  now: Date;
  /** Level of the days' headings on the page. */
  level: 'h2' | 'h3';
}

export function MeetingDays({ meetings, reader, now, level: Heading }: MeetingDaysProps) {
  const today = dayOf(now, reader.zone);
  return byDay(meetings, reader.zone, today).map(({ day, meetings: ofDay }) => (
    <section key={day.toString()} className="day-group" aria-labelledby={`day-${day.toString()}`}>
      <Heading id={`day-${day.toString()}`}>{dayHeading(day, today, reader)}</Heading>
      <ul className="rows">
        {ofDay.map((meeting) => (
          <MeetingRow
            key={`${meeting.meeting} ${meeting.dtStartUtc}`}
            meeting={meeting}
            reader={reader}
            now={now}
          />
        ))}
      </ul>
    </section>
  ));
}

export const meetingPath = (meeting: Instance): string =>
  `/meetings/${meeting.meeting}${meeting.recurrence ? `?at=${encodeURIComponent(meeting.recurrence)}` : ''}`;

interface MeetingRowProps {
  meeting: Instance;
  reader: Reader;
  now: Date;
}

function MeetingRow({ meeting, reader, now }: MeetingRowProps) {
  const { home } = reader.text;
  const on = isOn(meeting, now);
  return (
    <li className={on ? 'row on' : 'row'}>
      <span className="row-time">{rowTime(meeting, reader)}</span>
      <div className="row-main">
        <p className="row-title">
          <Link href={meetingPath(meeting)} className="row-link">{meeting.summary}</Link>
          {on ? <span className="badge">{home.now}</span> : null}
          {meeting.rrule ? <span className="row-repeats"><Repeat /><span className="hidden">{home.repeats}</span></span> : null}
        </p>
        <p className="row-detail">
          {meeting.coSpaceName ? <span>{home.space(meeting.coSpaceName)}</span> : null}
          <span>{home.organizedBy(meeting.isOrganizer ? home.you : meeting.organizer.name)}</span>
        </p>
      </div>
      {meeting.joinLink ? (
        <ButtonLink small href={inApp(meeting.joinLink)} aria-label={home.joinNamed(meeting.summary)}>
          {home.joinButton}
        </ButtonLink>
      ) : null}
    </li>
  );
}

/** In the reader's zone; an all-day meeting of several days says which. */
function rowTime(meeting: Instance, reader: Reader): string {
  if (!meeting.isFullDayMeeting) return timeText(meeting, reader.zone, reader);
  const [first, last] = fullDays(meeting);
  const zone = meeting.timeZone === reader.zone ? '' : ` (${cityOf(meeting.timeZone, reader.language)})`;
  const words = first.compare(last) === 0 ? [reader.text.home.allDay] : [reader.text.home.allDay, shortDays(first, last, reader.locale)];
  return reader.text.rule.join(words) + zone;
}
