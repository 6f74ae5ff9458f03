// A recurrence rule as a person would say it: "Every Tuesday", "매월 첫째 화요일".
import { CalendarDate } from '@internationalized/date';
import type { Messages } from '../messages/en';
import { dayText } from '../time/format';
import { WEEKDAYS, weekdayOf, type Rule, type Weekday } from './rule';

const A_MONDAY = new CalendarDate(2024, 1, 1);

export function weekdayName(weekday: Weekday, locale: string, style: 'long' | 'short' | 'narrow' = 'long'): string {
  const day = A_MONDAY.add({ days: WEEKDAYS.indexOf(weekday) });
  return new Intl.DateTimeFormat(locale, { weekday: style, timeZone: 'UTC' }).format(day.toDate('UTC'));
}

/** How often, without the beginning and the end: `Every 2 weeks on Monday and Friday`. */
export function frequencyWords(rule: Rule, start: CalendarDate, text: Messages, locale: string): string {
  const { every } = text.rule;
  switch (rule.freq) {
    case 'DAILY':
      return every.DAILY(rule.interval);
    case 'WEEKLY':
      return every.WEEKLY(rule.interval, weekdayList(rule.weekdays.length > 0 ? rule.weekdays : [weekdayOf(start)], text, locale));
    case 'MONTHLY':
      return every.MONTHLY(rule.interval, dayOfMonth(rule, start, text, locale));
    case 'YEARLY': {
      const day = new CalendarDate(start.year, rule.month ?? start.month, 1).set({ day: rule.monthDay ?? start.day });
      return every.YEARLY(rule.interval, dayText(day, 'short', locale));
    }
  }
}

function weekdayList(days: Weekday[], text: Messages, locale: string): string {
  if (days.join() === 'MO,TU,WE,TH,FR') return text.rule.weekdays;
  const names = days.map((day) => weekdayName(day, locale));
  return new Intl.ListFormat(locale, { style: 'long', type: 'conjunction' }).format(names);
}

function dayOfMonth(rule: Rule, start: CalendarDate, text: Messages, locale: string): string {
  if (rule.nth) return text.rule.nth(text.rule.ordinals[rule.nth.n] ?? '', weekdayName(rule.nth.weekday, locale));
  if (rule.monthDay === -1) return text.rule.lastDay;
  return text.rule.monthDay(rule.monthDay ?? start.day);
}

/** The end of the series: `12 times`, `until March 3, 2027`, or nothing. */
export function endWords(rule: Rule, text: Messages, locale: string): string | null {
  if (rule.count !== null) return text.rule.times(rule.count);
  return rule.until ? text.rule.until(dayText(rule.until, 'long', locale)) : null;
}

/** The whole series: `Every Tuesday 10:00 – 10:30 AM Seoul time, from December 1, 2026, 12 times`. */
export function seriesWords(rule: Rule, start: CalendarDate, time: string, text: Messages, locale: string): string {
  const parts = [
    text.rule.atTime(frequencyWords(rule, start, text, locale), time),
    text.rule.from(dayText(start, 'long', locale)),
    endWords(rule, text, locale),
  ];
  return text.rule.join(parts.filter((part) => part !== null));
}
