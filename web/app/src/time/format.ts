// Dates and times as people write them. Every function takes the zone and the locale; none reads the clock.
import { CalendarDate, parseDate, toCalendarDate, parseAbsolute } from '@internationalized/date';
import type { Messages } from '../messages/en';
import { cityOf } from './zones';

export interface Reader {
  locale: string;
  language: 'en' | 'ko';
  /** IANA name of the reader's own zone. */
  zone: string;
  text: Messages;
}

export function clock(at: Date, zone: string, locale: string): string {
  return unbroken(withTime(at, { timeStyle: 'short', timeZone: zone }, locale));
}

/** A format that has a clock time. Some versions of the locale data say "AM 10:00" in Korean; people write "오전 10:00". */
export function withTime(at: Date, options: Intl.DateTimeFormatOptions, locale: string): string {
  const parts = new Intl.DateTimeFormat(locale, options).formatToParts(at);
  const korean: Record<string, string> = locale.startsWith('ko') ? { AM: '오전', PM: '오후' } : {};
  return parts.map(({ type, value }) => (type === 'dayPeriod' ? (korean[value] ?? value) : value)).join('');
}

/** `오전 10:00~10:30`, `오전 11:30~오후 12:30`. */
function koreanRange(start: string, end: string): string {
  const [half, clockOnly] = end.split('\u00a0');
  return clockOnly !== undefined && half === start.split('\u00a0')[0] ? `${start}~${clockOnly}` : `${start}~${end}`;
}

/** Keeps "3:00 AM" and "오전 3:00" on one line; a range may break at its dash only. */
const unbroken = (text: string): string =>
  text
    .split(/\s*–\s*/)
    .map((part) => part.replaceAll(/\s/g, '\u00a0'))
    .join(' – ');

/** `10:00 – 10:30 AM`; with the end's date when it is another day. */
export function clockRange(start: Date, end: Date, zone: string, locale: string): string {
  if (dayOf(start, zone).compare(dayOf(end, zone)) === 0) {
    if (locale.startsWith('ko')) return koreanRange(clock(start, zone, locale), clock(end, zone, locale));
    return unbroken(new Intl.DateTimeFormat(locale, { timeStyle: 'short', timeZone: zone }).formatRange(start, end));
  }
  const far = withTime(end, { month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit', timeZone: zone }, locale);
  return `${clock(start, zone, locale)} – ${far}`;
}

export function dayOf(at: Date, zone: string): CalendarDate {
  return toCalendarDate(parseAbsolute(at.toISOString(), zone));
}

type DayStyle = 'full' | 'long' | 'medium' | 'short' | 'weekdayMedium';

const DAY_STYLES: Record<DayStyle, Intl.DateTimeFormatOptions> = {
  full: { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' },
  long: { year: 'numeric', month: 'long', day: 'numeric' },
  medium: { year: 'numeric', month: 'short', day: 'numeric' },
  short: { month: 'long', day: 'numeric' },
  weekdayMedium: { weekday: 'short', year: 'numeric', month: 'short', day: 'numeric' },
};

export function dayText(day: CalendarDate, style: DayStyle, locale: string): string {
  return new Intl.DateTimeFormat(locale, { ...DAY_STYLES[style], timeZone: 'UTC' }).format(day.toDate('UTC'));
}

/** `Today, Nov 22, 2026`, `Tomorrow, …`, `Tuesday, …`. */
export function dayHeading(day: CalendarDate, today: CalendarDate, reader: Reader): string {
  const date = dayText(day, 'medium', reader.locale);
  if (day.compare(today) === 0) return `${reader.text.home.today}, ${date}`;
  if (day.compare(today.add({ days: 1 })) === 0) return `${reader.text.home.tomorrow}, ${date}`;
  const weekday = new Intl.DateTimeFormat(reader.locale, { weekday: 'long', timeZone: 'UTC' }).format(day.toDate('UTC'));
  return `${weekday}, ${date}`;
}

/** Up to here minutes are counted: rounded to hours, 90 minutes would read as two. */
const MINUTES_TO = 100;

/** `in 5 minutes`, `2시간 후`: to be shown beside a clock time, never instead of it. */
export function relative(at: Date, now: Date, reader: Reader): string {
  const minutes = Math.round((at.getTime() - now.getTime()) / 60_000);
  if (minutes === 0) return reader.text.home.startingNow;
  const words = new Intl.RelativeTimeFormat(reader.locale, { numeric: 'always' });
  if (Math.abs(minutes) < MINUTES_TO) return words.format(minutes, 'minute');
  if (Math.abs(minutes) < 24 * 60) return words.format(Math.round(minutes / 60), 'hour');
  return words.format(Math.round(minutes / (24 * 60)), 'day');
}

export interface Span {
  /** Local to `timeZone`; plain dates when `isFullDayMeeting`, the end exclusive. */
  dtStart: string;
  dtEnd: string;
  dtStartUtc: string;
  dtEndUtc: string;
  timeZone: string;
  isFullDayMeeting: boolean;
}

/** First and last day (inclusive) of an all-day span. */
export function fullDays(span: Pick<Span, 'dtStart' | 'dtEnd'>): [CalendarDate, CalendarDate] {
  const first = parseDate(span.dtStart.slice(0, 10));
  const last = parseDate(span.dtEnd.slice(0, 10)).subtract({ days: 1 });
  return [first, last.compare(first) < 0 ? first : last];
}

export function daysText(first: CalendarDate, last: CalendarDate, locale: string): string {
  if (first.compare(last) === 0) return dayText(first, 'full', locale);
  return new Intl.DateTimeFormat(locale, { ...DAY_STYLES.weekdayMedium, timeZone: 'UTC' }).formatRange(
    first.toDate('UTC'),
    last.toDate('UTC'),
  );
}

/** `Nov 25 – 26`: for lists that say the year elsewhere. */
export function shortDays(first: CalendarDate, last: CalendarDate, locale: string): string {
  const format = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric', timeZone: 'UTC' });
  return format.formatRange(first.toDate('UTC'), last.toDate('UTC'));
}

/** The time of one date in `zone`, with the city when it is not the reader's own zone. */
export function timeText(span: Span, zone: string, reader: Reader): string {
  if (span.isFullDayMeeting) return reader.text.home.allDay;
  const range = clockRange(new Date(span.dtStartUtc), new Date(span.dtEndUtc), zone, reader.locale);
  return zone === reader.zone ? range : reader.text.rule.zone(range, cityOf(zone, reader.language));
}

/** `Tuesday, December 1, 2026, 10:00 – 10:30 AM`. */
export function spanText(span: Span, zone: string, reader: Reader): string {
  if (span.isFullDayMeeting) {
    const [first, last] = fullDays(span);
    return reader.text.rule.join([daysText(first, last, reader.locale), reader.text.home.allDay]);
  }
  const day = dayText(dayOf(new Date(span.dtStartUtc), zone), 'full', reader.locale);
  return reader.text.rule.atTime(day, timeText(span, zone, reader));
}

export function durationText(minutes: number, text: Messages): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (hours === 0) return text.duration.minutes(rest);
  if (rest === 0) return text.duration.hours(hours);
  return text.duration.both(text.duration.hours(hours), text.duration.minutes(rest));
}
