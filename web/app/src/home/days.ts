// Meetings put under the days of the reader's zone.
import { CalendarDate } from '@internationalized/date';
import type { Instance } from '../api/types';
import { dayOf, fullDays } from '../time/format';

export interface Day {
  day: CalendarDate;
  meetings: Instance[];
}

/** The day under which a date stands: its first, or today when it began before. */
export function dayOfInstance(instance: Instance, zone: string, today: CalendarDate): CalendarDate {
  const day = instance.isFullDayMeeting ? fullDays(instance)[0] : dayOf(new Date(instance.dtStartUtc), zone);
  return day.compare(today) < 0 ? today : day;
}

export function byDay(instances: Instance[], zone: string, today: CalendarDate): Day[] {
  const days = new Map<string, Day>();
  for (const instance of instances) {
    const day = dayOfInstance(instance, zone, today);
    const entry = days.get(day.toString()) ?? { day, meetings: [] };
    entry.meetings.push(instance);
    days.set(day.toString(), entry);
  }
  return [...days.values()].sort((a, b) => a.day.compare(b.day));
}

export const isOn = (instance: Instance, now: Date): boolean =>
  Date.parse(instance.dtStartUtc) <= now.getTime() && now.getTime() < Date.parse(instance.dtEndUtc);
