// The time zone, found by typing a city in English or Korean.
import { useMemo, useState } from 'react';
import { Button, ComboBox, Input, Label, ListBox, Popover } from 'react-aria-components';
import { useLanguage } from '../messages/language';
import { cityOf, offsetOf, ownZone, searchZones, zoneChoices } from '../time/zones';
import { ChoiceItem } from './choices';
import { FieldFoot, type FieldProps } from './fields';
import { ChevronDown } from './icons';

/** Choices shown at once: more are found by typing on. */
const MOST = 60;

interface ZoneInputProps extends FieldProps {
  zone: string;
  onChange: (zone: string) => void;
  /** Day on which the offset is meant. */
  at: Date;
}

export function ZoneInput({ label, hint, error, field, zone, onChange, at }: ZoneInputProps) {
  const { language, text } = useLanguage();
  const choices = useMemo(() => zoneChoices(language), [language]);
  const named = (id: string) => `${cityOf(id, language)} (${offsetOf(id, at)})`;
  const [typed, setTyped] = useState<string | null>(null);
  const [searching, setSearching] = useState(false);

  const items = useMemo(
    () =>
      searchZones(choices, searching ? (typed ?? '') : '', MOST).map(({ id }) => ({
        id,
        label: `${cityOf(id, language)} (${offsetOf(id, at)})`,
        detail: id === ownZone() ? `${id} · ${text.schedule.ownZone}` : id,
      })),
    [choices, typed, searching, language, text, at],
  );

  return (
    <ComboBox
      className="field"
      items={items}
      inputValue={typed ?? named(zone)}
      onInputChange={(value) => {
        setTyped(value);
        setSearching(true);
      }}
      onChange={(key) => {
        if (key === null) return;
        onChange(String(key));
        setTyped(null);
        setSearching(false);
      }}
      value={zone}
      onOpenChange={(open) => {
        if (open) return;
        setTyped(null);
        setSearching(false);
      }}
      menuTrigger="input"
      allowsEmptyCollection
      isInvalid={error !== undefined}
      validationBehavior="aria"
      data-field={field}
    >
      <Label>{label}</Label>
      <div className="input-box">
        <Input className="input" onFocus={(event) => { event.target.select(); }} />
        <Button className="input-button"><ChevronDown /></Button>
      </div>
      <FieldFoot hint={hint} error={error} />
      <Popover className="popover list-popover">
        <ListBox className="list-box" renderEmptyState={() => <p className="list-empty">{text.fault.zone}</p>}>
          {(choice: (typeof items)[number]) => <ChoiceItem choice={choice} />}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
