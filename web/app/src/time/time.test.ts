import { CalendarDate } from '@internationalized/date';
import { describe, expect, it } from 'vitest';
import { byDay } from '../home/days';
import type { Instance } from '../api/types';
import { en } from '../messages/en';
import { ko } from '../messages/ko';
import { firstLanguage, localeFor } from '../messages/language';
import { clockRange, dayHeading, durationText, relative, spanText, timeText, type Reader, type Span } from './format';
import { cityOf, currentName, offsetOf, searchZones, zoneChoices } from './zones';

const english: Reader = { locale: 'en-US', language: 'en', zone: 'Asia/Seoul', text: en };
const korean: Reader = { locale: 'ko-KR', language: 'ko', zone: 'Asia/Seoul', text: ko };
const span: Span = {
  dtStart: '2026-12-01T10:00:00',
  dtEnd: '2026-12-01T10:30:00',
  dtStartUtc: '2026-12-01T01:00:00Z',
  dtEndUtc: '2026-12-01T01:30:00Z',
  timeZone: 'Asia/Seoul',
  isFullDayMeeting: false,
};
const spaces = (text: string) => text.replaceAll(/\s/g, ' ');

describe('times', () => {
  it('are without zone in the reader’s own, and with the city in another', () => {
    expect(spaces(timeText(span, 'Asia/Seoul', english))).toBe('10:00 – 10:30 AM');
    expect(spaces(timeText(span, 'America/New_York', english))).toBe('8:00 – 8:30 PM New York time');
    expect(spaces(timeText(span, 'America/New_York', korean))).toContain('(뉴욕 시간)');
  });

  it('say the day that the zone has', () => {
    expect(spaces(spanText(span, 'America/New_York', english))).toBe('Monday, November 30, 2026, 8:00 – 8:30 PM New York time');
    expect(spaces(spanText(span, 'Asia/Seoul', korean))).toBe('2026년 12월 1일 화요일 오전 10:00~10:30');
  });

  it('name the end’s date when it is another day', () => {
    const text = clockRange(new Date('2026-12-01T14:30:00Z'), new Date('2026-12-01T16:00:00Z'), 'Asia/Seoul', 'en-US');
    expect(spaces(text)).toBe('11:30 PM – Dec 2, 1:00 AM');
    const noon = clockRange(new Date('2026-12-01T02:30:00Z'), new Date('2026-12-01T03:30:00Z'), 'Asia/Seoul', 'ko-KR');
    expect(spaces(noon)).toBe('오전 11:30~오후 12:30');
  });

  it('say all-day meetings by their days', () => {
    const days = { ...span, isFullDayMeeting: true, dtStart: '2026-12-01', dtEnd: '2026-12-02' };
    expect(spanText(days, 'Asia/Seoul', english)).toBe('Tuesday, December 1, 2026, All day');
  });

  it('have relative words', () => {
    const now = new Date('2026-12-01T00:55:00Z');
    expect(relative(new Date(span.dtStartUtc), now, english)).toBe('in 5 minutes');
    expect(relative(new Date(span.dtStartUtc), now, korean)).toBe('5분 후');
    expect(relative(now, now, english)).toBe('starting now');
  });

  it('group under headings like the model’s', () => {
    const today = new CalendarDate(2026, 11, 22);
    expect(dayHeading(today, today, english)).toBe('Today, Nov 22, 2026');
    expect(dayHeading(today.add({ days: 1 }), today, korean)).toBe('내일, 2026년 11월 23일');
  });

  it('have lengths in words', () => {
    expect([30, 60, 90].map((minutes) => durationText(minutes, en))).toEqual(['30 minutes', '1 hour', '1 hour 30 minutes']);
    expect(durationText(90, ko)).toBe('1시간 30분');
  });
});

describe('days of the list', () => {
  const instance = (some: Partial<Instance>): Instance =>
    ({ ...span, meeting: 'm', coSpace: 's', coSpaceName: 'S', summary: 'x', recurrence: null, rrule: null, status: 'CONFIRMED', joinLink: null, isOrganizer: true,
      organizer: { name: '', email: '', userJid: '' }, ...some });

  it('are those of the reader’s zone, and what began before stands under today', () => {
    const list = [instance({ dtStartUtc: '2026-11-30T16:00:00Z' }), instance({ dtStartUtc: '2026-11-28T16:00:00Z' })];
    const days = byDay(list, 'Asia/Seoul', new CalendarDate(2026, 11, 30));
    expect(days.map(({ day }) => day.toString())).toEqual(['2026-11-30', '2026-12-01']);
  });
});

describe('zones', () => {
  const find = (text: string, language: 'en' | 'ko' = 'en') => searchZones(zoneChoices(language), text, 5).map(({ id }) => id);

  it.each([
    ['seoul', 'Asia/Seoul'],
    ['Busan', 'Asia/Seoul'],
    ['부산', 'Asia/Seoul'],
    ['new y', 'America/New_York'],
    ['san fran', 'America/Los_Angeles'],
    ['뉴욕', 'America/New_York'],
    ['mumbai', 'Asia/Kolkata'],
    ['europe/berlin', 'Europe/Berlin'],
    ['utc', 'UTC'],
  ])('are found by %s', (text, zone) => {
    expect(find(text)[0]).toBe(zone);
  });

  it('are none for nonsense', () => {
    expect(find('xyzzy')).toEqual([]);
  });

  it('are named by city, in Korean where there is a name', () => {
    expect(cityOf('America/New_York', 'en')).toBe('New York');
    expect(cityOf('America/New_York', 'ko')).toBe('뉴욕');
    expect(currentName('Asia/Calcutta')).toBe('Asia/Kolkata');
  });

  it('have the offset of the day', () => {
    expect(offsetOf('America/New_York', new Date('2026-07-01T00:00:00Z'))).toBe('GMT-4');
    expect(offsetOf('America/New_York', new Date('2026-12-01T00:00:00Z'))).toBe('GMT-5');
  });
});

it('follows the browser’s language until the reader chooses', () => {
  expect(firstLanguage(null, ['de-DE', 'ko-KR', 'en-US'])).toBe('ko');
  expect(firstLanguage('en', ['ko-KR'])).toBe('en');
  expect(firstLanguage(null, ['de-DE'])).toBe('en');
  expect(localeFor('en', ['ko-KR', 'en-GB'])).toBe('en-GB');
  expect(localeFor('ko', ['en-GB'])).toBe('ko-KR');
});
