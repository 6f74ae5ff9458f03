import { CalendarDate } from '@internationalized/date';
import { describe, expect, it } from 'vitest';
import { en } from '../messages/en';
import { ko } from '../messages/ko';
import { parseRule } from './rule';
import { frequencyWords, seriesWords } from './ruleWords';

const tuesday = new CalendarDate(2026, 12, 1);

function words(rrule: string, language: 'en' | 'ko'): string {
  const rule = parseRule(rrule, 'Asia/Seoul');
  if (!rule) throw new Error(`unreadable: ${rrule}`);
  return language === 'en' ? frequencyWords(rule, tuesday, en, 'en-US') : frequencyWords(rule, tuesday, ko, 'ko-KR');
}

describe('a rule in words', () => {
  it.each([
    ['FREQ=DAILY', 'Every day', '매일'],
    ['FREQ=DAILY;INTERVAL=2', 'Every 2 days', '2일마다'],
    ['FREQ=WEEKLY', 'Every Tuesday', '매주 화요일'],
    ['FREQ=WEEKLY;BYDAY=MO,WE', 'Every Monday and Wednesday', '매주 월요일 및 수요일'],
    ['FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', 'Every weekday', '매주 평일'],
    ['FREQ=WEEKLY;INTERVAL=2;BYDAY=TU', 'Every 2 weeks on Tuesday', '2주마다 화요일'],
    ['FREQ=MONTHLY;BYMONTHDAY=15', 'Every month on day 15', '매월 15일'],
    ['FREQ=MONTHLY;BYMONTHDAY=-1', 'Every month on the last day', '매월 말일'],
    ['FREQ=MONTHLY;BYDAY=1TU', 'Every month on the first Tuesday', '매월 첫째 화요일'],
    ['FREQ=MONTHLY;INTERVAL=3;BYDAY=-1TU', 'Every 3 months on the last Tuesday', '3개월마다 마지막 화요일'],
    ['FREQ=YEARLY', 'Every year on December 1', '매년 12월 1일'],
  ])('says %s', (rrule, english, korean) => {
    expect(words(rrule, 'en')).toBe(english);
    expect(words(rrule, 'ko')).toBe(korean);
  });

  it('says the whole series with its beginning and end', () => {
    const rule = parseRule('FREQ=WEEKLY;BYDAY=TU;COUNT=12', 'Asia/Seoul');
    if (!rule) throw new Error('unreadable');
    expect(seriesWords(rule, tuesday, '10:00 – 10:30 AM Seoul time', en, 'en-US')).toBe(
      'Every Tuesday 10:00 – 10:30 AM Seoul time, from December 1, 2026, 12 times',
    );
    expect(seriesWords(rule, tuesday, '오전 10:00~10:30 (서울 시간)', ko, 'ko-KR')).toBe(
      '매주 화요일 오전 10:00~10:30 (서울 시간), 2026년 12월 1일부터, 12회',
    );
  });
});
