// Fields for a choice of a list, and for a number.
import {
  Button,
  Group,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  NumberField,
  Popover,
  Select,
  SelectValue,
  Text,
  type Key,
} from 'react-aria-components';
import { FieldFoot, type FieldProps } from './fields';
import { Check, ChevronDown, Minus, Plus } from './icons';

export interface Choice {
  id: string;
  label: string;
  detail?: string;
}

interface ChoiceInputProps extends FieldProps {
  value: string | null;
  onChange: (id: string) => void;
  choices: Choice[];
  placeholder?: string;
  /** For fields whose label is shown elsewhere. */
  labelHidden?: boolean;
  isDisabled?: boolean;
}

export function ChoiceInput({ label, hint, error, field, value, onChange, choices, placeholder, labelHidden = false, isDisabled = false }: ChoiceInputProps) {
  return (
    <Select
      className="field"
      value={value as Key | null}
      onChange={(key) => { if (key !== null) onChange(String(key)); }}
      isInvalid={error !== undefined}
      isDisabled={isDisabled}
      validationBehavior="aria"
      placeholder={placeholder ?? ''}
      {...(labelHidden ? { 'aria-label': label } : {})}
      data-field={field}
    >
      {labelHidden ? null : <Label>{label}</Label>}
      <Button className="input select">
        <SelectValue className="select-value">{({ selectedText, defaultChildren }) => selectedText ?? defaultChildren}</SelectValue>
        <ChevronDown />
      </Button>
      <FieldFoot hint={hint} error={error} />
      <Popover className="popover list-popover">
        <ListBox className="list-box" items={choices}>
          {(choice) => <ChoiceItem choice={choice} />}
        </ListBox>
      </Popover>
    </Select>
  );
}

export function ChoiceItem({ choice }: { choice: Choice }) {
  return (
    <ListBoxItem id={choice.id} className="list-item" textValue={choice.label}>
      {({ isSelected }) => (
        <>
          <span className="list-words">
            <Text slot="label">{choice.label}</Text>
            {choice.detail ? <Text slot="description" className="hint">{choice.detail}</Text> : null}
          </span>
          {isSelected ? <Check /> : null}
        </>
      )}
    </ListBoxItem>
  );
}

interface NumberInputProps extends FieldProps {
  value: number;
  onChange: (value: number) => void;
  min: number;
  max: number;
}

export function NumberInput({ label, hint, error, field, ...rest }: NumberInputProps) {
  return (
    <NumberField
      className="field number"
      value={rest.value}
      onChange={rest.onChange}
      minValue={rest.min}
      maxValue={rest.max}
      step={1}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      formatOptions={{ useGrouping: false }}
      data-field={field}
    >
      <Label>{label}</Label>
      <Group className="input stepper">
        <Button slot="decrement"><Minus /></Button>
        <Input />
        <Button slot="increment"><Plus /></Button>
      </Group>
      <FieldFoot hint={hint} error={error} />
    </NumberField>
  );
}
