// The field for attendees: an address, a name that is looked up, or a pasted list.
import { useQuery } from '@tanstack/react-query';
import { useContext, useEffect, useRef, type ClipboardEvent, type KeyboardEvent } from 'react';
import { ComboBox, ComboBoxStateContext, Input, Label, ListBox, Popover } from 'react-aria-components';
import type { Person } from '../api/types';
import { useText } from '../messages/language';
import { useSession } from '../session/session';
import { ChoiceItem } from '../ui/choices';
import { FieldFoot } from '../ui/fields';
import { hasSeparator, isEmail } from './addresses';
import { useDebounced } from './useDebounced';

/** The lookup answers from two letters on. */
const LOOKUP_MIN = 2;
const LOOKUP_WAIT_MS = 200;

interface AttendeeInputProps {
  typed: string;
  onTyped: (text: string) => void;
  /** A text to be added: an address or a list. */
  onText: (text: string) => void;
  onPerson: (person: Person) => void;
  error: string | undefined;
}

export function AttendeeInput({ typed, onTyped, onText, onPerson, error }: AttendeeInputProps) {
  const { schedule } = useText();
  const { calls } = useSession();
  const listOpen = useRef(false);
  const query = useDebounced(typed.trim(), LOOKUP_WAIT_MS);
  const looked = useQuery({
    queryKey: ['lookup', query],
    queryFn: ({ signal }) => calls.lookUpUsers(query, signal),
    enabled: query.length >= LOOKUP_MIN && !isEmail(query) && !hasSeparator(query),
    retry: false,
  });
  const people = query === typed.trim() ? (looked.data ?? []).filter(({ email }) => email !== '') : [];

  // These two run before the combo box sees the key: an address is added by Enter, and Escape closes the list, not the dialogue.
  const onKeyDownCapture = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && listOpen.current) {
      event.nativeEvent.stopImmediatePropagation();
    }
    if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
    if ((event.target as HTMLElement).getAttribute('aria-activedescendant')) return;
    event.preventDefault();
    event.stopPropagation();
    onText(typed);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && listOpen.current) event.stopPropagation();
  };
  const onPaste = (event: ClipboardEvent) => {
    const text = event.clipboardData.getData('text');
    if (!hasSeparator(text.trim())) return;
    event.preventDefault();
    onText(typed.trim() === '' ? text : `${typed}, ${text}`);
  };

  return (
    // The handlers only watch what happens in the input inside.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div className="attendee-input" data-first onKeyDownCapture={onKeyDownCapture} onKeyDown={onKeyDown} onPaste={onPaste}>
      <ComboBox
        className="field"
        items={people.map((person) => ({ id: person.id, label: person.name, detail: person.email }))}
        inputValue={typed}
        onInputChange={onTyped}
        value={null}
        onChange={(key) => {
          const person = people.find(({ id }) => id === key);
          if (person) onPerson(person);
        }}
        onOpenChange={(open) => { listOpen.current = open; }}
        allowsCustomValue
        menuTrigger="input"
        isInvalid={error !== undefined}
        validationBehavior="aria"
      >
        <Label>{schedule.attendee}</Label>
        <Input className="input" autoComplete="off" spellCheck={false} />
        <FieldFoot hint={schedule.attendeeHint} error={error} />
        <OpenWhenFound found={people.map(({ id }) => id).join()} />
        <Popover className="popover list-popover">
          <ListBox className="list-box">
            {(choice: { id: string; label: string; detail: string }) => <ChoiceItem choice={choice} />}
          </ListBox>
        </Popover>
      </ComboBox>
    </div>
  );
}

/** Opens the list when people are found: the combo box itself looks only at the moment of typing, when none are there yet. */
function OpenWhenFound({ found }: { found: string }) {
  const state = useContext(ComboBoxStateContext);
  const open = useRef<() => void>(() => undefined);
  useEffect(() => {
    open.current = () => {
      if (state?.isFocused && !state.isOpen) state.open(null, 'input');
    };
  });
  useEffect(() => {
    if (found !== '') open.current();
  }, [found]);
  return null;
}
