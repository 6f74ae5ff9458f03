import { CalendarDate } from '@internationalized/date';
import { describe, expect, it } from 'vitest';
import { firstDay, isInLastWeek, nthOfMonth, parseRule, rruleOf, weekdayOf, type Rule } from './rule';

const rule = (some: Partial<Rule>): Rule => ({
  freq: 'DAILY',
  interval: 1,
  weekdays: [],
  monthDay: null,
  nth: null,
  month: null,
  count: null,
  until: null,
  ...some,
});

describe('building an RRULE', () => {
  it.each<[Partial<Rule>, string]>([
    [{}, 'FREQ=DAILY'],
    [{ interval: 3, count: 5 }, 'FREQ=DAILY;INTERVAL=3;COUNT=5'],
    [{ freq: 'WEEKLY', weekdays: ['TU'], count: 12 }, 'FREQ=WEEKLY;BYDAY=TU;COUNT=12'],
    [{ freq: 'WEEKLY', interval: 2, weekdays: ['MO', 'FR'] }, 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR'],
    [{ freq: 'MONTHLY', monthDay: 15 }, 'FREQ=MONTHLY;BYMONTHDAY=15'],
    [{ freq: 'MONTHLY', nth: { n: 1, weekday: 'TU' } }, 'FREQ=MONTHLY;BYDAY=1TU'],
    [{ freq: 'MONTHLY', nth: { n: -1, weekday: 'FR' } }, 'FREQ=MONTHLY;BYDAY=-1FR'],
    [{ freq: 'YEARLY' }, 'FREQ=YEARLY'],
  ])('writes %o', (some, text) => {
    expect(rruleOf(rule(some), 'Asia/Seoul', false)).toBe(text);
  });

  it('writes the end of the last local day as a UTC instant for a meeting with a time', () => {
    const until = new CalendarDate(2027, 3, 3);
    expect(rruleOf(rule({ until }), 'Asia/Seoul', false)).toBe('FREQ=DAILY;UNTIL=20270303T145959Z');
    expect(rruleOf(rule({ until }), 'America/New_York', false)).toBe('FREQ=DAILY;UNTIL=20270304T045959Z');
  });

  it('writes the last day as a date for an all-day meeting', () => {
    expect(rruleOf(rule({ until: new CalendarDate(2027, 3, 3) }), 'Asia/Seoul', true)).toBe('FREQ=DAILY;UNTIL=20270303');
  });
});

describe('reading an RRULE', () => {
  it.each([
    'FREQ=DAILY',
    'FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=12',
    'FREQ=MONTHLY;INTERVAL=3;BYDAY=-1FR',
    'FREQ=MONTHLY;BYMONTHDAY=31;UNTIL=20270303T145959Z',
    'FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=1',
  ])('gives back %s', (text) => {
    const read = parseRule(text, 'Asia/Seoul');
    expect(read && rruleOf(read, 'Asia/Seoul', false)).toBe(text);
  });

  it('reads the local day of a UTC end', () => {
    expect(parseRule('FREQ=DAILY;UNTIL=20270303T145959Z', 'Asia/Seoul')?.until?.toString()).toBe('2027-03-03');
    expect(parseRule('FREQ=DAILY;UNTIL=20270304T045959Z', 'America/New_York')?.until?.toString()).toBe('2027-03-03');
  });

  it.each([
    'FREQ=HOURLY',
    'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1',
    'FREQ=MONTHLY;BYMONTHDAY=1,15',
    'FREQ=WEEKLY;BYDAY=1MO',
    'FREQ=DAILY;UNTIL=soon',
    'BYDAY=MO',
    '',
  ])('says that %s is beyond the form', (text) => {
    expect(parseRule(text, 'Asia/Seoul')).toBeNull();
  });
});

describe('days', () => {
  it('knows weekdays and their place in the month', () => {
    expect(weekdayOf(new CalendarDate(2026, 12, 1))).toBe('TU');
    expect(nthOfMonth(new CalendarDate(2026, 12, 8))).toBe(2);
    expect(nthOfMonth(new CalendarDate(2026, 12, 29))).toBe(5);
    expect(isInLastWeek(new CalendarDate(2026, 12, 25))).toBe(true);
    expect(isInLastWeek(new CalendarDate(2026, 12, 24))).toBe(false);
  });

  it('moves a weekly start to the next chosen weekday', () => {
    const tuesday = new CalendarDate(2026, 12, 1);
    expect(firstDay(rule({ freq: 'WEEKLY', weekdays: ['MO', 'TH'] }), tuesday).toString()).toBe('2026-12-03');
    expect(firstDay(rule({ freq: 'WEEKLY', weekdays: ['TU'] }), tuesday).toString()).toBe('2026-12-01');
    expect(firstDay(rule({ freq: 'DAILY' }), tuesday).toString()).toBe('2026-12-01');
  });
});
