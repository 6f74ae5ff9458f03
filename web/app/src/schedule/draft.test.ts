import { CalendarDate, parseZonedDateTime, Time } from '@internationalized/date';
import { describe, expect, it } from 'vitest';
import type { Meeting } from '../api/types';
import { bodyOf, draftOf, faultsOfStep, firstDraft, isTouched, minutesBetween, monthlyChoices, stepOfField, whenOf, type Draft } from './draft';

const at = (text: string) => parseZonedDateTime(text);
const seoul = (time: string) => at(`2026-12-01T${time}[Asia/Seoul]`);
const draft = (some: Partial<Draft> = {}): Draft => ({ ...firstDraft(seoul('09:40'), 't1'), name: 'Review', ...some });

describe('first values', () => {
  it.each([
    ['09:00', '09:30:00'],
    ['09:29', '09:30:00'],
    ['09:30', '10:00:00'],
    ['09:59', '10:00:00'],
  ])('at %s begin at the next half hour, %s', (now, start) => {
    expect(firstDraft(seoul(now), null).time.toString()).toBe(start);
  });

  it('go over midnight to the next day', () => {
    const late = firstDraft(seoul('23:45'), null);
    expect([late.date.toString(), late.time.toString()]).toEqual(['2026-12-02', '00:00:00']);
  });

  it('last 30 minutes in the own zone', () => {
    expect(whenOf(draft())).toEqual({
      dtStart: '2026-12-01T10:00:00',
      dtEnd: '2026-12-01T10:30:00',
      timeZone: 'Asia/Seoul',
      isFullDayMeeting: false,
      rrule: null,
      rdate: [],
      exdate: [],
    });
  });
});

describe('what the server is sent', () => {
  it('ends on the next day when the end is before the start', () => {
    const minutes = minutesBetween(new Time(23, 30), new Time(0, 30));
    expect(minutes).toBe(60);
    expect(whenOf(draft({ time: new Time(23, 30), durationMinutes: minutes })).dtEnd).toBe('2026-12-02T00:30:00');
  });

  it('keeps the length over a change of the clock', () => {
    const night = draft({ zone: 'America/New_York', date: new CalendarDate(2026, 11, 1), time: new Time(0, 30), durationMinutes: 120 });
    expect(whenOf(night).dtEnd).toBe('2026-11-01T01:30:00');
  });

  it('has dates with an exclusive end for all-day meetings', () => {
    const days = draft({ allDay: true, lastDate: new CalendarDate(2026, 12, 3) });
    expect(whenOf(days)).toMatchObject({ dtStart: '2026-12-01', dtEnd: '2026-12-04', isFullDayMeeting: true });
  });

  it('begins a weekly series on the first chosen weekday', () => {
    const weekly = draft();
    weekly.repeat = { ...weekly.repeat, freq: 'WEEKLY', weekdays: ['TH'], ends: 'after', endsAfter: 4 };
    expect(whenOf(weekly)).toMatchObject({ dtStart: '2026-12-03T10:00:00', rrule: 'FREQ=WEEKLY;BYDAY=TH;COUNT=4' });
  });

  it('names the space or the template, never both', () => {
    expect(bodyOf(draft(), 'en')).toMatchObject({ summary: 'Review', coSpaceTemplate: 't1', language: 'en' });
    expect(bodyOf(draft(), 'en')).not.toHaveProperty('coSpace');
    expect(bodyOf(draft({ place: 'existing', space: 's1' }), 'ko')).toMatchObject({ coSpace: 's1', language: 'ko' });
  });

  it('leaves out names and roles that were not given', () => {
    const { attendees } = bodyOf(draft({ attendees: [{ email: 'a@example.test', name: '', role: null }] }), 'en');
    expect(attendees).toEqual([{ email: 'a@example.test' }]);
  });
});

describe('monthly choices', () => {
  it('offer the nth weekday up to the fourth, and the last one in the last week', () => {
    expect(monthlyChoices(new CalendarDate(2026, 12, 1))).toEqual(['date', 'nth']);
    expect(monthlyChoices(new CalendarDate(2026, 12, 25))).toEqual(['date', 'nth', 'last']);
    expect(monthlyChoices(new CalendarDate(2026, 12, 29))).toEqual(['date', 'last']);
  });
});

describe('a meeting that is edited', () => {
  const meeting = (some: Partial<Meeting>): Meeting => ({
    id: 'm1', etag: '"m.1"', status: 'CONFIRMED', summary: 'Review', description: 'Bring figures', dtStart: '2026-12-01T10:00:00', dtEnd: '2026-12-01T11:30:00',
    timeZone: 'Asia/Seoul', isFullDayMeeting: false, rrule: null, rdate: [], exdate: ['2026-12-08T10:00:00'],
    dtStartUtc: '2026-12-01T01:00:00Z', dtEndUtc: '2026-12-01T02:30:00Z', seriesEndUtc: null,
    organizer: { name: 'Alice', email: 'a@example.test', userJid: 'alice@example.test', role: 'Host' }, isOrganizer: true,
    attendees: [{ email: 'b@example.test', name: 'Bob', role: 'Guest' }], coSpace: 's1', coSpaceName: 'Review', coSpaceTemplate: 't1',
    temporarySpace: true, language: 'en', join: null, ...some,
  });

  it.each([
    null,
    'FREQ=WEEKLY;BYDAY=TU;COUNT=12',
    'FREQ=MONTHLY;BYDAY=1TU',
    'FREQ=MONTHLY;BYMONTHDAY=1;UNTIL=20270303T145959Z',
    'FREQ=YEARLY',
    'FREQ=MONTHLY;BYMONTHDAY=-1',
    'FREQ=MONTHLY;BYDAY=2WE',
    'FREQ=DAILY;BYHOUR=9,15',
  ])('keeps its rule %s', (rrule) => {
    expect(whenOf(draftOf(meeting({ rrule }))).rrule).toBe(rrule);
  });

  it('is sent back as it was', () => {
    expect(bodyOf(draftOf(meeting({})), 'en')).toEqual({
      summary: 'Review', description: 'Bring figures', dtStart: '2026-12-01T10:00:00', dtEnd: '2026-12-01T11:30:00', timeZone: 'Asia/Seoul',
      isFullDayMeeting: false, rrule: null, rdate: [], exdate: ['2026-12-08T10:00:00'],
      attendees: [{ email: 'b@example.test', name: 'Bob', role: 'Guest' }], organizerRole: 'Host', coSpace: 's1', language: 'en',
    });
  });

  it('keeps the days of an all-day meeting', () => {
    const days = meeting({ isFullDayMeeting: true, dtStart: '2026-12-01', dtEnd: '2026-12-03' });
    expect(whenOf(draftOf(days))).toMatchObject({ dtStart: '2026-12-01', dtEnd: '2026-12-03' });
  });
});

describe('faults', () => {
  it('need a name and a place on step 1', () => {
    const empty = firstDraft(seoul('09:40'), null);
    expect(faultsOfStep(empty, 1).map(({ field }) => field)).toEqual(['summary', 'coSpaceTemplate']);
    expect(faultsOfStep(draft({ name: 'x'.repeat(201) }), 1).map(({ code }) => code)).toEqual(['nameLong']);
    expect(faultsOfStep(draft({ name: 'x'.repeat(200) }), 1)).toEqual([]);
  });

  it('tell a series that ends before it begins', () => {
    const wrong = draft();
    wrong.repeat = { ...wrong.repeat, freq: 'DAILY', ends: 'on', endsOn: new CalendarDate(2026, 11, 30) };
    expect(faultsOfStep(wrong, 2)).toEqual([{ field: 'rrule.until', code: 'untilBeforeStart' }]);
  });

  it.each([
    ['summary', 1],
    ['coSpaceTemplate', 1],
    ['rrule', 2],
    ['dtEnd', 2],
    ['attendees[2].email', 3],
    ['somethingElse', 3],
  ])('of %s stand on step %d', (field, step) => {
    expect(stepOfField(field)).toBe(step);
  });
});

it('asks before leaving only when something was typed', () => {
  const first = firstDraft(seoul('09:40'), null);
  expect(isTouched({ ...first, template: 't1', organizerRole: 'Host' }, first)).toBe(false);
  expect(isTouched({ ...first, name: 'R' }, first)).toBe(true);
  expect(isTouched({ ...first, time: new Time(11) }, first)).toBe(true);
});
