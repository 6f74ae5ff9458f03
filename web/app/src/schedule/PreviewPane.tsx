// The right half: the meeting as it stands in words, its dates, and who gets what mail.
import { parseDate } from '@internationalized/date';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState, type RefObject } from 'react';
import { asProblem } from '../api/problem';
import type { Meeting, Occurrences, When } from '../api/types';
import { useSession } from '../session/session';
import { usePartStatus } from '../session/status';
import { clockRange, dayText, daysText, spanText, timeText, type Reader, type Span } from '../time/format';
import { useReader } from '../time/now';
import { cityOf } from '../time/zones';
import { problemText } from '../ui/notice';
import { sameEmail } from './addresses';
import { endInstant, faultsOfStep, ruleOf, startDay, startInstant, whenOf, type Draft, type DraftAttendee, type Step } from './draft';
import { seriesWords } from './ruleWords';
import type { Choices } from './useChoices';
import { useDebounced } from './useDebounced';

/** Dates shown of the ten that the scheduler gives. */
const DATES_SHOWN = 5;
const SETTLE_MS = 250;

interface PreviewPaneProps {
  draft: Draft;
  choices: Choices;
  step: Step;
  editing: Meeting | null;
}

export function PreviewPane({ draft, choices, step, editing }: PreviewPaneProps) {
  const reader = useReader();
  const { schedule } = reader.text;
  const snapped = startDay(draft).compare(draft.date) !== 0;
  const pane = useRef<HTMLElement>(null);
  const scrolls = useScrolls(pane);
  return (
    // What scrolls must be reachable by keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <aside ref={pane} className="preview" aria-label={schedule.preview} tabIndex={scrolls ? 0 : undefined}>
      <div className="preview-body">
        <p className={draft.name.trim() === '' ? 'preview-name muted' : 'preview-name'}>{draft.name.trim() || schedule.untitled}</p>
        <p className="preview-when">{whenWords(draft, reader)}</p>
        {draft.zone !== reader.zone && !draft.allDay ? <p className="muted">{schedule.inYourZone(cityOf(reader.zone, reader.language))}: {ownZoneWords(draft, reader)}</p> : null}
        <p className="preview-who">
          {schedule.people(draft.attendees.length + 1)} · {placeWords(draft, choices, editing, reader)}
        </p>
        {snapped ? <p className="muted">{schedule.snapped(dayText(startDay(draft), 'full', reader.locale))}</p> : null}
        {step === 3 ? <Mails draft={draft} editing={editing} reader={reader} /> : <Dates draft={draft} reader={reader} />}
      </div>
    </aside>
  );
}

/** Whether the first child of this box is higher than the box. */
function useScrolls(box: RefObject<HTMLElement | null>): boolean {
  const [scrolls, setScrolls] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (!element?.firstElementChild) return;
    const observer = new ResizeObserver(() => { setScrolls(element.scrollHeight > element.clientHeight); });
    observer.observe(element);
    observer.observe(element.firstElementChild);
    return () => { observer.disconnect(); };
  }, [box]);
  return scrolls;
}

function placeWords(draft: Draft, choices: Choices, editing: Meeting | null, { text }: Reader): string {
  const name = editing?.coSpaceName ?? choices.placeName;
  if (!name) return text.schedule.noSpaceYet;
  return draft.place === 'new' ? text.schedule.newSpaceFrom(name) : text.schedule.inSpace(name);
}

function spanOf(draft: Draft): Span {
  const when = whenOf(draft);
  return { ...when, dtStartUtc: startInstant(draft).toISOString(), dtEndUtc: endInstant(draft).toISOString() };
}

/** Always with the zone: here it is a decision. */
function whenWords(draft: Draft, reader: Reader): string {
  const { text, locale, language } = reader;
  const rule = ruleOf(draft);
  const time = draft.allDay
    ? text.home.allDay.toLowerCase()
    : text.rule.zone(clockRange(startInstant(draft), endInstant(draft), draft.zone, locale), cityOf(draft.zone, language));
  if (rule) return seriesWords(rule, startDay(draft), time, text, locale);
  const single = draft.allDay
    ? text.rule.join([daysText(draft.date, draft.lastDate.compare(draft.date) < 0 ? draft.date : draft.lastDate, locale), text.home.allDay])
    : text.rule.atTime(dayText(draft.date, 'full', locale), time);
  return draft.repeat.freq === 'OWN' ? text.rule.join([single, text.rule.own]) : single;
}

function ownZoneWords(draft: Draft, reader: Reader): string {
  return spanText(spanOf(draft), reader.zone, reader);
}

function useOccurrences(when: When, enabled: boolean) {
  const { calls } = useSession();
  return useQuery({
    queryKey: ['occurrences', when],
    queryFn: ({ signal }) => calls.occurrences(when, signal),
    enabled,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    retry: false,
  });
}

function Dates({ draft, reader }: { draft: Draft; reader: Reader }) {
  const { text } = reader;
  const connected = usePartStatus()?.scheduler !== false;
  const when = useDebounced(JSON.stringify(whenOf(draft)), SETTLE_MS);
  const parsed = JSON.parse(when) as When;
  const valid = faultsOfStep(draft, 2).length === 0;
  const repeats = parsed.rrule !== null;
  const result = useOccurrences(parsed, connected && valid && repeats);
  if (!repeats) return null;

  return (
    <section className="preview-part" aria-labelledby="preview-dates">
      <h3 id="preview-dates">{text.schedule.nextDates}</h3>
      {!connected ? <p className="muted">{text.schedule.datesLater}</p> : null}
      {result.isError ? <p className="muted">{result.error && asProblem(result.error).faults[0]?.reason ? text.fault.noDates : problemText(asProblem(result.error), text)}</p> : null}
      {result.data && valid && !result.isError ? <DateList data={result.data} when={parsed} reader={reader} /> : null}
    </section>
  );
}

function DateList({ data, when, reader }: { data: Occurrences; when: When; reader: Reader }) {
  const { text, locale } = reader;
  const shown = data.occurrences.slice(0, DATES_SHOWN);
  if (shown.length === 0) return <p className="muted">{text.fault.noDates}</p>;
  const more = data.total === null ? null : data.total - shown.length;
  return (
    <>
      <ol className="date-list">
        {shown.map((occurrence) => {
          const span = { ...occurrence, timeZone: when.timeZone, isFullDayMeeting: when.isFullDayMeeting };
          return <li key={occurrence.dtStart}>{dateLine(span, reader)}</li>;
        })}
      </ol>
      <p className="muted">{more === null ? text.schedule.endless : more > 0 ? text.schedule.moreDates(more) : ''}</p>
    </>
  );

  function dateLine(span: Span, { zone }: Reader): string {
    const day = dayText(parseDate(span.dtStart.slice(0, 10)), 'weekdayMedium', locale);
    // The time is said above; it is repeated only where the reader's own clock changes against the meeting's.
    return when.timeZone === zone || when.isFullDayMeeting ? day : `${day} · ${timeText(span, zone, reader)}`;
  }
}

/** One mail a person, as the scheduler sends them: also to the organizer, and to who is not invited any more. */
function Mails({ draft, editing, reader }: { draft: Draft; editing: Meeting | null; reader: Reader }) {
  const { schedule } = reader.text;
  const { user } = useSession();
  const known = editing?.attendees ?? [];
  const gone = known.filter(({ email }) => !draft.attendees.some((attendee) => sameEmail(attendee.email, email)));
  const mailOf = ({ email, role }: DraftAttendee) => {
    if (known.some((attendee) => sameEmail(attendee.email, email))) return schedule.mailUpdate;
    return role ? schedule.mailWith(role) : schedule.mailPlain;
  };
  return (
    <section className="preview-part" aria-labelledby="preview-mails">
      <h3 id="preview-mails">{schedule.mails}</h3>
      <ul className="mail-list">
        <li>
          <span>{schedule.you} <span className="muted">({user.name})</span></span>
          <span className="muted">{editing ? schedule.mailOwnUpdate : schedule.mailOwn}</span>
        </li>
        {draft.attendees.map((attendee) => (
          <li key={attendee.email}>
            <span className="breakable">{attendee.name || attendee.email}</span>
            <span className="muted">{mailOf(attendee)}</span>
          </li>
        ))}
        {gone.map(({ email, name }) => (
          <li key={email}>
            <span className="breakable">{name || email}</span>
            <span className="muted">{schedule.mailRemoval}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
