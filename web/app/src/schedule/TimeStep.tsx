// Step 2: when, in which zone, how long.
import { toCalendarDate, toTime, type CalendarDate } from '@internationalized/date';
import { useMemo } from 'react';
import { Switch } from 'react-aria-components';
import { useLanguage } from '../messages/language';
import { dayText, durationText } from '../time/format';
import { ChoiceInput } from '../ui/choices';
import { ClockInput, DayInput } from '../ui/dates';
import { ZoneInput } from '../ui/ZoneInput';
import { localEnd, minutesBetween, startDay, startInstant } from './draft';
import type { StepProps } from './NameStep';
import { RepeatFields } from './RepeatFields';
import { weekdayOf } from './rule';

const DURATIONS = [15, 30, 45, 60, 90, 120, 180, 240];

export function TimeStep(props: StepProps) {
  const { draft, change, faults } = props;
  const { text } = useLanguage();
  const { schedule } = text;
  const zoneAt = useMemo(() => startInstant(draft), [draft]);

  const setDate = (date: CalendarDate | null) => {
    if (date === null) return;
    const days = draft.lastDate.compare(draft.date);
    const { repeat } = draft;
    // A weekly meeting on its own weekday follows the date; a choice of several days stays.
    const follows = repeat.weekdays.length === 1 || repeat.freq !== 'WEEKLY';
    change({
      date,
      lastDate: date.add({ days: Math.max(0, days) }),
      repeat: follows ? { ...repeat, weekdays: [weekdayOf(date)] } : repeat,
    });
  };

  return (
    <>
      <div className="field-row">
        <DayInput label={draft.allDay ? schedule.firstDay : schedule.date} value={draft.date} onChange={setDate} error={faults.get('dtStart')} />
        {draft.allDay ? (
          <DayInput
            label={schedule.lastDay}
            value={draft.lastDate}
            onChange={(lastDate) => { if (lastDate) change({ lastDate }); }}
            error={faults.get('dtEnd')}
          />
        ) : null}
        <Switch className="switch" isSelected={draft.allDay} onChange={(allDay) => { change({ allDay }); }}>
          <span className="switch-track" aria-hidden="true" />
          {schedule.allDay}
        </Switch>
      </div>
      {draft.allDay ? null : <ClockFields {...props} />}
      <ZoneInput label={schedule.zone} zone={draft.zone} onChange={(zone) => { change({ zone }); }} at={zoneAt} error={faults.get('timeZone')} />
      <RepeatFields {...props} />
    </>
  );
}

function ClockFields({ draft, change, faults }: StepProps) {
  const { text, locale } = useLanguage();
  const { schedule } = text;
  const end = localEnd(draft);
  const endDay = toCalendarDate(end);
  const durations = [...new Set([...DURATIONS, draft.durationMinutes])].sort((a, b) => a - b);
  return (
    <div className="field-row thirds">
      <ClockInput label={schedule.starts} value={draft.time} onChange={(time) => { if (time) change({ time }); }} />
      <ClockInput
        label={schedule.ends}
        value={toTime(end)}
        onChange={(time) => { if (time) change({ durationMinutes: minutesBetween(draft.time, time) }); }}
        hint={endDay.compare(startDay(draft)) === 0 ? undefined : schedule.endsOn(dayText(endDay, 'short', locale))}
        error={faults.get('dtEnd')}
      />
      <ChoiceInput
        label={schedule.duration}
        value={String(draft.durationMinutes)}
        onChange={(minutes) => { change({ durationMinutes: Number(minutes) }); }}
        choices={durations.map((minutes) => ({ id: String(minutes), label: durationText(minutes, text) }))}
      />
    </div>
  );
}
