// Recurrence rules as the wizard offers them: built as an RRULE (RFC 5545 3.3.10), and read back from one.
import { CalendarDate, CalendarDateTime, getDayOfWeek, parseAbsolute, parseDate, toCalendarDate, toZoned } from '@internationalized/date';

export const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;
export type Weekday = (typeof WEEKDAYS)[number];
export type Frequency = 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY';

/** A rule that can be said in words. Which fields are set depends on the frequency. */
export interface Rule {
  freq: Frequency;
  interval: number;
  /** WEEKLY; in the order of the week. */
  weekdays: Weekday[];
  /** MONTHLY, YEARLY; 1..31, or -1 for the last day. */
  monthDay: number | null;
  /** MONTHLY; n is 1..5 or -1. */
  nth: { n: number; weekday: Weekday } | null;
  /** YEARLY; 1..12. */
  month: number | null;
  count: number | null;
  /** Last local day on which the series may begin an occurrence. */
  until: CalendarDate | null;
}

export const weekdayOf = (day: CalendarDate): Weekday => WEEKDAYS[getDayOfWeek(day, 'en-US', 'mon')] as Weekday;

export const nthOfMonth = (day: CalendarDate): number => Math.ceil(day.day / 7);

export const isInLastWeek = (day: CalendarDate): boolean => day.add({ days: 7 }).month !== day.month;

/** How UNTIL is written: a date for all-day meetings, else the UTC instant of the local day's end (RFC 5545 3.3.10). */
export function rruleOf(rule: Rule, zone: string, allDay: boolean): string {
  const parts = [`FREQ=${rule.freq}`];
  if (rule.interval > 1) parts.push(`INTERVAL=${String(rule.interval)}`);
  if (rule.freq === 'WEEKLY' && rule.weekdays.length > 0) parts.push(`BYDAY=${rule.weekdays.join(',')}`);
  if (rule.freq === 'MONTHLY' && rule.nth) parts.push(`BYDAY=${String(rule.nth.n)}${rule.nth.weekday}`);
  if (rule.freq === 'YEARLY' && rule.month !== null) parts.push(`BYMONTH=${String(rule.month)}`);
  if (rule.monthDay !== null) parts.push(`BYMONTHDAY=${String(rule.monthDay)}`);
  if (rule.count !== null) parts.push(`COUNT=${String(rule.count)}`);
  else if (rule.until !== null) parts.push(`UNTIL=${untilText(rule.until, zone, allDay)}`);
  return parts.join(';');
}

function untilText(day: CalendarDate, zone: string, allDay: boolean): string {
  if (allDay) return day.toString().replaceAll('-', '');
  const end = toZoned(new CalendarDateTime(day.year, day.month, day.day, 23, 59, 59), zone).toDate();
  return `${end.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

/** Null when the rule says more than this form can hold (or cannot be read): it must then be kept as it is. */
export function parseRule(rrule: string, zone: string): Rule | null {
  const fields = new Map(
    rrule
      .replace(/^RRULE:/i, '')
      .toUpperCase()
      .split(';')
      .map((part): [string, string] => {
        const at = part.indexOf('=');
        return [part.slice(0, at), part.slice(at + 1)];
      }),
  );
  const freq = fields.get('FREQ');
  if (freq !== 'DAILY' && freq !== 'WEEKLY' && freq !== 'MONTHLY' && freq !== 'YEARLY') return null;
  const allowed: Record<Frequency, string[]> = {
    DAILY: [],
    WEEKLY: ['BYDAY'],
    MONTHLY: ['BYDAY', 'BYMONTHDAY'],
    YEARLY: ['BYMONTH', 'BYMONTHDAY'],
  };
  const known = new Set(['FREQ', 'INTERVAL', 'COUNT', 'UNTIL', 'WKST', ...allowed[freq]]);
  if ([...fields.keys()].some((key) => !known.has(key))) return null;
  if (fields.has('BYDAY') && fields.has('BYMONTHDAY')) return null;

  const rule: Rule = {
    freq,
    interval: whole(fields.get('INTERVAL')) ?? 1,
    weekdays: [],
    monthDay: whole(fields.get('BYMONTHDAY')),
    nth: null,
    month: whole(fields.get('BYMONTH')),
    count: whole(fields.get('COUNT')),
    until: untilDay(fields.get('UNTIL'), zone),
  };
  if (fields.has('BYMONTHDAY') && rule.monthDay === null) return null;
  if (fields.has('BYMONTH') && rule.month === null) return null;
  if (fields.has('UNTIL') && rule.until === null) return null;
  return withByDay(rule, fields.get('BYDAY'));
}

function withByDay(rule: Rule, byDay: string | undefined): Rule | null {
  if (byDay === undefined) return rule;
  if (rule.freq === 'WEEKLY') {
    const days = byDay.split(',');
    if (!days.every((day) => (WEEKDAYS as readonly string[]).includes(day))) return null;
    return { ...rule, weekdays: WEEKDAYS.filter((day) => days.includes(day)) };
  }
  const nth = /^(-1|[1-5])(MO|TU|WE|TH|FR|SA|SU)$/.exec(byDay);
  if (!nth) return null;
  return { ...rule, nth: { n: Number(nth[1]), weekday: nth[2] as Weekday } };
}

function whole(text: string | undefined): number | null {
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : null;
}

function untilDay(text: string | undefined, zone: string): CalendarDate | null {
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/.exec(text ?? '');
  if (!match) return null;
  const date = `${match[1] ?? ''}-${match[2] ?? ''}-${match[3] ?? ''}`;
  try {
    if (match[7] !== 'Z') return parseDate(date);
    return toCalendarDate(parseAbsolute(`${date}T${match[4] ?? ''}:${match[5] ?? ''}:${match[6] ?? ''}Z`, zone));
  } catch {
    return null;
  }
}

/** The first day on or after `day` that a weekly rule allows; other rules are made from the day itself. */
export function firstDay(rule: Rule | null, day: CalendarDate): CalendarDate {
  if (rule?.freq !== 'WEEKLY' || rule.weekdays.length === 0) return day;
  for (let ahead = 0; ahead < 7; ahead += 1) {
    const candidate = day.add({ days: ahead });
    if (rule.weekdays.includes(weekdayOf(candidate))) return candidate;
  }
  return day;
}
