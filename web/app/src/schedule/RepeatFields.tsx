// How a meeting repeats: how often, on which days, until when.
import { Checkbox, CheckboxGroup, FieldError, Label, useLocale } from 'react-aria-components';
import { CalendarDate, getDayOfWeek } from '@internationalized/date';
import { useText } from '../messages/language';
import { ChoiceInput, NumberInput, type Choice } from '../ui/choices';
import { DayInput } from '../ui/dates';
import { monthlyBy, monthlyChoices, startDay, type Repeat } from './draft';
import type { StepProps } from './NameStep';
import { nthOfMonth, weekdayOf, WEEKDAYS, type Weekday } from './rule';
import { weekdayName } from './ruleWords';

export function RepeatFields({ draft, change, faults }: StepProps) {
  const { schedule } = useText();
  const { repeat } = draft;
  const set = (next: Partial<Repeat>) => { change({ repeat: { ...repeat, ...next } }); };
  const repeats = repeat.freq !== 'NEVER' && repeat.freq !== 'OWN';

  const frequencies: Choice[] = [
    { id: 'NEVER', label: schedule.repeatNever },
    { id: 'DAILY', label: schedule.daily },
    { id: 'WEEKLY', label: schedule.weekly },
    { id: 'MONTHLY', label: schedule.monthly },
    { id: 'YEARLY', label: schedule.yearly },
    ...(repeat.own === null ? [] : [{ id: 'OWN', label: schedule.repeatCustom, detail: repeat.own }]),
  ];

  return (
    <>
      <div className="field-row">
        <ChoiceInput
          label={schedule.repeat}
          value={repeat.freq}
          onChange={(freq) => { set({ freq: freq as Repeat['freq'] }); }}
          choices={frequencies}
          error={faults.get('rrule')}
        />
        {repeats ? (
          <div className="every">
            <NumberInput
              label={schedule.every}
              value={repeat.interval}
              onChange={(interval) => { set({ interval }); }}
              min={1}
              max={99}
              error={faults.get('rrule.interval')}
            />
            <span className="unit">{schedule.unit[repeat.freq as keyof typeof schedule.unit](repeat.interval)}</span>
          </div>
        ) : null}
      </div>
      {repeat.freq === 'WEEKLY' ? <WeekdayBoxes value={repeat.weekdays} onChange={(weekdays) => { set({ weekdays }); }} error={faults.get('rrule.weekdays')} /> : null}
      {repeat.freq === 'MONTHLY' ? <MonthlyChoice {...{ draft, set }} /> : null}
      {repeats ? <EndFields {...{ draft, set, faults }} /> : null}
    </>
  );
}

interface WeekdayBoxesProps {
  value: Weekday[];
  onChange: (days: Weekday[]) => void;
  error: string | undefined;
}

function WeekdayBoxes({ value, onChange, error }: WeekdayBoxesProps) {
  const { schedule } = useText();
  const { locale } = useLocale();
  return (
    <CheckboxGroup
      className="field weekdays"
      value={value}
      onChange={(days) => { onChange(WEEKDAYS.filter((day) => days.includes(day))); }}
      isInvalid={error !== undefined}
      validationBehavior="aria"
    >
      <Label>{schedule.onDays}</Label>
      <div className="weekday-row">
        {weekInOrder(locale).map((day) => (
          <Checkbox key={day} value={day} className="weekday" aria-label={weekdayName(day, locale)}>
            <span aria-hidden="true">{weekdayName(day, locale, 'short')}</span>
          </Checkbox>
        ))}
      </div>
      <FieldError className="error">{error}</FieldError>
    </CheckboxGroup>
  );
}

/** The week as it begins where the reader lives. */
function weekInOrder(locale: string): Weekday[] {
  // 2024-01-07 is a Sunday: its place in the week tells where the week begins.
  const sunday = getDayOfWeek(new CalendarDate(2024, 1, 7), locale);
  return sunday === 0 ? ['SU', ...WEEKDAYS.slice(0, 6)] : [...WEEKDAYS];
}

type PartProps = Pick<StepProps, 'draft'> & { set: (next: Partial<Repeat>) => void };

function MonthlyChoice({ draft, set }: PartProps) {
  const { schedule, rule } = useText();
  const { locale } = useLocale();
  const day = startDay(draft);
  const weekday = weekdayName(weekdayOf(day), locale);
  const labels: Record<Repeat['monthlyBy'], string> = {
    date: schedule.byDate(day.day),
    nth: schedule.byNth(rule.ordinals[nthOfMonth(day)] ?? '', weekday),
    last: schedule.byNth(rule.ordinals[-1] ?? '', weekday),
  };
  return (
    <ChoiceInput
      label={schedule.monthlyOn}
      value={monthlyBy(draft.repeat, day)}
      onChange={(by) => { set({ monthlyBy: by as Repeat['monthlyBy'] }); }}
      choices={monthlyChoices(day).map((by) => ({ id: by, label: labels[by] }))}
      hint={monthlyBy(draft.repeat, day) === 'date' && day.day > 28 ? rule.rare(day.day) : undefined}
    />
  );
}

function EndFields({ draft, set, faults }: PartProps & Pick<StepProps, 'faults'>) {
  const { schedule } = useText();
  const { repeat } = draft;
  return (
    <div className="field-row">
      <ChoiceInput
        label={schedule.endsLabel}
        value={repeat.ends}
        onChange={(ends) => { set({ ends: ends as Repeat['ends'] }); }}
        choices={[
          { id: 'never', label: schedule.endsNever },
          { id: 'on', label: schedule.endsOnDate },
          { id: 'after', label: schedule.endsAfter },
        ]}
      />
      {repeat.ends === 'on' ? (
        <DayInput
          label={schedule.endDate}
          value={repeat.endsOn}
          onChange={(endsOn) => { if (endsOn) set({ endsOn }); }}
          error={faults.get('rrule.until')}
        />
      ) : null}
      {repeat.ends === 'after' ? (
        <NumberInput
          label={schedule.times}
          value={repeat.endsAfter}
          onChange={(endsAfter) => { set({ endsAfter }); }}
          min={1}
          max={999}
          error={faults.get('rrule.count')}
        />
      ) : null}
    </div>
  );
}
