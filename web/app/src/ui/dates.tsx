// Fields for a day, with a calendar, and for a clock time.
import type { CalendarDate, Time } from '@internationalized/date';
import {
  Button,
  Calendar,
  CalendarCell,
  CalendarGrid,
  CalendarGridBody,
  CalendarGridHeader,
  CalendarHeaderCell,
  DateInput,
  DatePicker,
  DateSegment,
  Dialog,
  Group,
  Heading,
  Label,
  Popover,
  TimeField,
} from 'react-aria-components';
import { FieldFoot, type FieldProps } from './fields';
import { CalendarIcon, ChevronLeft, ChevronRight } from './icons';

interface DateInputProps extends FieldProps {
  value: CalendarDate | null;
  onChange: (value: CalendarDate | null) => void;
  min?: CalendarDate;
}

export function DayInput({ label, hint, error, field, value, onChange, min }: DateInputProps) {
  return (
    <DatePicker
      className="field"
      value={value}
      onChange={onChange}
      {...(min ? { minValue: min } : {})}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      data-field={field}
    >
      <Label>{label}</Label>
      <Group className="input segments">
        <DateInput className="segments-input">{(segment) => <DateSegment segment={segment} className="segment" />}</DateInput>
        <Button className="segments-button"><CalendarIcon /></Button>
      </Group>
      <FieldFoot hint={hint} error={error} />
      <Popover className="popover">
        <Dialog className="calendar-dialog">
          <Calendar className="calendar">
            <header>
              <Button slot="previous" className="button quiet small"><ChevronLeft /></Button>
              <Heading />
              <Button slot="next" className="button quiet small"><ChevronRight /></Button>
            </header>
            <CalendarGrid weekdayStyle="short">
              <CalendarGridHeader>{(day) => <CalendarHeaderCell>{day}</CalendarHeaderCell>}</CalendarGridHeader>
              <CalendarGridBody>{(date) => <CalendarCell date={date} className="day" />}</CalendarGridBody>
            </CalendarGrid>
          </Calendar>
        </Dialog>
      </Popover>
    </DatePicker>
  );
}

interface TimeInputProps extends FieldProps {
  value: Time | null;
  onChange: (value: Time | null) => void;
}

export function ClockInput({ label, hint, error, field, value, onChange }: TimeInputProps) {
  return (
    <TimeField
      className="field"
      value={value}
      onChange={onChange}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      data-field={field}
    >
      <Label>{label}</Label>
      <DateInput className="input segments segments-input">{(segment) => <DateSegment segment={segment} className="segment" />}</DateInput>
      <FieldFoot hint={hint} error={error} />
    </TimeField>
  );
}
