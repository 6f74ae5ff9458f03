// A meeting while it is being typed: first values, what the server is sent, what is still missing. No clock, no browser.
import {
  CalendarDate,
  CalendarDateTime,
  parseDate,
  parseDateTime,
  parseTime,
  Time,
  toCalendarDate,
  toCalendarDateTime,
  toTime,
  toZoned,
  type ZonedDateTime,
} from '@internationalized/date';
import type { Meeting, MeetingBody, When } from '../api/types';
import { firstDay, isInLastWeek, nthOfMonth, parseRule, rruleOf, weekdayOf, type Frequency, type Rule, type Weekday } from './rule';

export const NAME_MAX = 200;
export const DESCRIPTION_MAX = 10_000;
const DAY_MINUTES = 24 * 60;

export interface DraftAttendee {
  email: string;
  name: string;
  role: string | null;
}

/** Every choice is kept also while another one hides it, so that going back and forth loses nothing. */
export interface Repeat {
  /** `OWN`: a rule that the form cannot show, kept as it is. */
  freq: Frequency | 'NEVER' | 'OWN';
  own: string | null;
  interval: number;
  weekdays: Weekday[];
  monthlyBy: 'date' | 'nth' | 'last';
  ends: 'never' | 'on' | 'after';
  endsOn: CalendarDate;
  endsAfter: number;
}

export interface Draft {
  name: string;
  description: string;
  place: 'new' | 'existing';
  template: string | null;
  space: string | null;
  date: CalendarDate;
  time: Time;
  durationMinutes: number;
  allDay: boolean;
  /** Inclusive; for all-day meetings. */
  lastDate: CalendarDate;
  zone: string;
  repeat: Repeat;
  organizerRole: string | null;
  attendees: DraftAttendee[];
  /** Single dates that the form does not show. */
  rdate: string[];
  exdate: string[];
}

/** The half hour after `now`, 30 minutes long, in the reader's zone. */
export function firstDraft(now: ZonedDateTime, template: string | null): Draft {
  const start = nextHalfHour(now);
  const date = toCalendarDate(start);
  return {
    name: '',
    description: '',
    place: 'new',
    template,
    space: null,
    date,
    time: toTime(start),
    durationMinutes: 30,
    allDay: false,
    lastDate: date,
    zone: now.timeZone,
    repeat: firstRepeat(date),
    organizerRole: null,
    attendees: [],
    rdate: [],
    exdate: [],
  };
}

export function nextHalfHour(now: ZonedDateTime): CalendarDateTime {
  const hour = toCalendarDateTime(now).set({ minute: 0, second: 0, millisecond: 0 });
  return hour.add({ minutes: now.minute < 30 ? 30 : 60 });
}

function firstRepeat(date: CalendarDate): Repeat {
  return {
    freq: 'NEVER',
    own: null,
    interval: 1,
    weekdays: [weekdayOf(date)],
    monthlyBy: 'date',
    ends: 'never',
    endsOn: date.add({ months: 3 }),
    endsAfter: 10,
  };
}

export function draftOf(meeting: Meeting): Draft {
  const date = parseDate(meeting.dtStart.slice(0, 10));
  const time = meeting.isFullDayMeeting ? new Time(9) : parseTime(meeting.dtStart.slice(11));
  const end = parseDate(meeting.dtEnd.slice(0, 10));
  return {
    name: meeting.summary,
    description: meeting.description,
    place: 'existing',
    template: meeting.coSpaceTemplate,
    space: meeting.coSpace,
    date,
    time,
    durationMinutes: meeting.isFullDayMeeting ? 30 : minutesOf(meeting),
    allDay: meeting.isFullDayMeeting,
    lastDate: meeting.isFullDayMeeting ? end.subtract({ days: 1 }) : date,
    zone: meeting.timeZone,
    repeat: repeatOf(meeting.rrule, date, meeting.timeZone),
    organizerRole: meeting.organizer.role || null,
    attendees: meeting.attendees.map(({ email, name, role }) => ({ email, name: name ?? '', role: role || null })),
    rdate: meeting.rdate,
    exdate: meeting.exdate,
  };
}

/** In real time: a change of the clock in between counts. */
function minutesOf({ dtStart, dtEnd, timeZone }: Meeting): number {
  const instant = (local: string) => toZoned(parseDateTime(local), timeZone).toDate().getTime();
  return Math.round((instant(dtEnd) - instant(dtStart)) / 60_000);
}

function repeatOf(rrule: string | null, date: CalendarDate, zone: string): Repeat {
  const plain = firstRepeat(date);
  if (rrule === null) return plain;
  const rule = parseRule(rrule, zone);
  if (rule === null) return { ...plain, freq: 'OWN', own: rrule };
  const repeat: Repeat = {
    ...plain,
    freq: rule.freq,
    interval: rule.interval,
    weekdays: rule.weekdays.length > 0 ? rule.weekdays : plain.weekdays,
    monthlyBy: rule.nth ? (rule.nth.n === -1 ? 'last' : 'nth') : 'date',
    ends: rule.count !== null ? 'after' : rule.until ? 'on' : 'never',
    endsOn: rule.until ?? plain.endsOn,
    endsAfter: rule.count ?? plain.endsAfter,
  };
  // A rule that the form would write differently (such as the last day of the month) is kept, not bent.
  const same = ruleOf({ date, repeat }) as Rule;
  const faithful = rruleOf(same, zone, true) === rruleOf(withDefaults(rule, date), zone, true);
  return faithful ? repeat : { ...plain, freq: 'OWN', own: rrule };
}

function withDefaults(rule: Rule, date: CalendarDate): Rule {
  if (rule.freq === 'WEEKLY' && rule.weekdays.length === 0) return { ...rule, weekdays: [weekdayOf(date)] };
  if (rule.freq === 'MONTHLY' && !rule.nth) return { ...rule, monthDay: rule.monthDay ?? date.day };
  const sameDay = (rule.month ?? date.month) === date.month && (rule.monthDay ?? date.day) === date.day;
  if (rule.freq === 'YEARLY' && sameDay) return { ...rule, month: null, monthDay: null };
  return rule;
}

/** The rule that the form's choices mean; null when nothing repeats or the rule is kept as it is. */
export function ruleOf({ date, repeat }: Pick<Draft, 'date' | 'repeat'>): Rule | null {
  const { freq } = repeat;
  if (freq === 'NEVER' || freq === 'OWN') return null;
  const by = freq === 'MONTHLY' ? monthlyBy(repeat, date) : null;
  const day = freq === 'WEEKLY' ? firstDay({ freq, weekdays: repeat.weekdays } as Rule, date) : date;
  return {
    freq,
    interval: repeat.interval,
    weekdays: freq === 'WEEKLY' ? repeat.weekdays : [],
    monthDay: by === 'date' ? date.day : null,
    nth: by === 'nth' ? { n: nthOfMonth(day), weekday: weekdayOf(day) } : by === 'last' ? { n: -1, weekday: weekdayOf(day) } : null,
    month: null,
    count: repeat.ends === 'after' ? repeat.endsAfter : null,
    until: repeat.ends === 'on' ? repeat.endsOn : null,
  };
}

/** The ways a monthly meeting can repeat from this day: a fifth weekday only as the last, the last only in the last week. */
export function monthlyChoices(date: CalendarDate): Repeat['monthlyBy'][] {
  const choices: Repeat['monthlyBy'][] = ['date'];
  if (nthOfMonth(date) < 5) choices.push('nth');
  if (isInLastWeek(date)) choices.push('last');
  return choices;
}

export function monthlyBy(repeat: Repeat, date: CalendarDate): Repeat['monthlyBy'] {
  return monthlyChoices(date).includes(repeat.monthlyBy) ? repeat.monthlyBy : 'date';
}

/** The day of the first occurrence: the chosen one, or the next that the weekdays allow. */
export const startDay = (draft: Pick<Draft, 'date' | 'repeat'>): CalendarDate => firstDay(ruleOf(draft), draft.date);

export function localStart(draft: Draft): CalendarDateTime {
  return toCalendarDateTime(startDay(draft), draft.time);
}

/** The local end. Minutes are added in real time, so a meeting over a change of the clock keeps its length. */
export function localEnd(draft: Draft): CalendarDateTime {
  return toCalendarDateTime(toZoned(localStart(draft), draft.zone).add({ minutes: draft.durationMinutes }));
}

export const startInstant = (draft: Draft): Date => toZoned(localStart(draft), draft.zone).toDate();
export const endInstant = (draft: Draft): Date => new Date(startInstant(draft).getTime() + draft.durationMinutes * 60_000);

/** Minutes from one clock time to another; an end at or before the start is on the next day. */
export function minutesBetween(start: Time, end: Time): number {
  const minutes = end.hour * 60 + end.minute - start.hour * 60 - start.minute;
  return minutes > 0 ? minutes : minutes + DAY_MINUTES;
}

export function whenOf(draft: Draft): When {
  const rule = ruleOf(draft);
  const rrule = draft.repeat.freq === 'OWN' ? draft.repeat.own : rule && rruleOf(rule, draft.zone, draft.allDay);
  const common = { timeZone: draft.zone, isFullDayMeeting: draft.allDay, rrule, rdate: draft.rdate, exdate: draft.exdate };
  if (draft.allDay) {
    const start = startDay(draft);
    const days = Math.max(0, draft.lastDate.compare(draft.date));
    return { dtStart: start.toString(), dtEnd: start.add({ days: days + 1 }).toString(), ...common };
  }
  return { dtStart: local(localStart(draft)), dtEnd: local(localEnd(draft)), ...common };
}

const local = (at: CalendarDateTime): string => at.toString().slice(0, 19);

export function bodyOf(draft: Draft, language: 'en' | 'ko'): MeetingBody {
  const place = draft.place === 'new' ? { coSpaceTemplate: draft.template ?? '' } : { coSpace: draft.space ?? '' };
  return {
    summary: draft.name.trim(),
    description: draft.description.trim(),
    ...whenOf(draft),
    attendees: draft.attendees.map(({ email, name, role }) => ({
      email,
      ...(name === '' ? {} : { name }),
      ...(role === null ? {} : { role }),
    })),
    ...(draft.organizerRole === null ? {} : { organizerRole: draft.organizerRole }),
    ...place,
    language,
  };
}

export type Step = 1 | 2 | 3;

/** Faults that can be told before asking the server, by JSON field. `code` is a key of the `fault` messages. */
export interface DraftFault {
  field: string;
  code: 'name' | 'nameLong' | 'descriptionLong' | 'space' | 'template' | 'zone' | 'lastBeforeFirst' | 'endBeforeStart' | 'weekdays' | 'interval' | 'untilBeforeStart' | 'times';
}

export function faultsOfStep(draft: Draft, step: Step): DraftFault[] {
  const faults: DraftFault[] = [];
  const add = (wrong: boolean | null | undefined, field: string, code: DraftFault['code']) => {
    if (wrong) faults.push({ field, code });
  };
  if (step === 1) {
    add(draft.name.trim() === '', 'summary', 'name');
    add(draft.name.trim().length > NAME_MAX, 'summary', 'nameLong');
    add(draft.description.trim().length > DESCRIPTION_MAX, 'description', 'descriptionLong');
    add(draft.place === 'existing' && draft.space === null, 'coSpace', 'space');
    add(draft.place === 'new' && draft.template === null, 'coSpaceTemplate', 'template');
  }
  if (step === 2) {
    const rule = ruleOf(draft);
    add(draft.zone === '', 'timeZone', 'zone');
    add(draft.allDay && draft.lastDate.compare(draft.date) < 0, 'dtEnd', 'lastBeforeFirst');
    add(rule?.freq === 'WEEKLY' && rule.weekdays.length === 0, 'rrule.weekdays', 'weekdays');
    add(rule !== null && !(rule.interval >= 1 && rule.interval <= 99), 'rrule.interval', 'interval');
    add(rule?.until && rule.until.compare(startDay(draft)) < 0, 'rrule.until', 'untilBeforeStart');
    add(typeof rule?.count === 'number' && !(rule.count >= 1 && rule.count <= 999), 'rrule.count', 'times');
  }
  return faults;
}

const STEP_OF_FIELD: Record<string, Step> = {
  summary: 1,
  description: 1,
  coSpace: 1,
  coSpaceTemplate: 1,
  dtStart: 2,
  dtEnd: 2,
  timeZone: 2,
  isFullDayMeeting: 2,
  rrule: 2,
  rdate: 2,
  exdate: 2,
  attendees: 3,
  organizerRole: 3,
};

/** The step on which the server's `field` (such as `attendees[2].email`) is typed; the last one for all others. */
export function stepOfField(field: string): Step {
  return STEP_OF_FIELD[/^[A-Za-z]+/.exec(field)?.[0] ?? ''] ?? 3;
}

/** Whether something was typed that leaving would lose. */
export function isTouched(draft: Draft, first: Draft): boolean {
  return JSON.stringify(plain(draft)) !== JSON.stringify(plain(first));
}

function plain(draft: Draft) {
  return {
    ...draft,
    date: draft.date.toString(),
    lastDate: draft.lastDate.toString(),
    time: draft.time.toString(),
    repeat: { ...draft.repeat, endsOn: draft.repeat.endsOn.toString() },
    // The form fills these two in by itself.
    template: null,
    organizerRole: null,
  };
}

