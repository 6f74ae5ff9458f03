// Step 3: who takes part, and in which role.
import { useState } from 'react';
import { useText } from '../messages/language';
import { useSession } from '../session/session';
import { Button } from '../ui/buttons';
import { ChoiceInput } from '../ui/choices';
import { Cross } from '../ui/icons';
import { parseAddresses, sameEmail, type Address } from './addresses';
import { AttendeeInput } from './AttendeeInput';
import type { DraftAttendee } from './draft';
import type { StepProps } from './NameStep';

interface AttendeesStepProps extends StepProps {
  /** What stands in the attendee field and has not been added yet. */
  typed: string;
  onTyped: (typed: string) => void;
  pendingFault: boolean;
}

export function AttendeesStep({ draft, change, faults, choices, typed, onTyped, pendingFault }: AttendeesStepProps) {
  const { schedule, fault } = useText();
  const { user } = useSession();
  const { roles } = choices;
  const [role, setRole] = useState<string | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const [said, setSaid] = useState('');
  const roleChoices = roles.names.map((name) => ({ id: name, label: name }));
  const roleNow = role !== null && roles.names.includes(role) ? role : roles.usual;

  const addAll = (found: Address[], leftOver: string[]) => {
    const fresh: DraftAttendee[] = [];
    const problems: string[] = [];
    for (const { email, name } of found) {
      if (sameEmail(email, user.email)) problems.push(fault.yourself);
      else if ([...draft.attendees, ...fresh].some((known) => sameEmail(known.email, email))) problems.push(fault.duplicate(email));
      else fresh.push({ email, name, role: roleNow });
    }
    if (leftOver.length === 1) problems.push(fault.noEmail(leftOver[0] ?? ''));
    if (leftOver.length > 1) problems.push(fault.notEmails(leftOver.join(', ')));
    if (fresh.length > 0) {
      change({ attendees: [...draft.attendees, ...fresh] });
      setSaid(schedule.attendeesAdded(fresh.length));
    }
    setWrong(problems.length > 0 ? problems.join(' ') : null);
    onTyped(leftOver.join(', '));
  };

  const addText = (text: string) => {
    if (text.trim() === '') return;
    const { found, wrong: leftOver } = parseAddresses(text);
    addAll(found, leftOver);
  };

  const setAttendee = (index: number, next: Partial<DraftAttendee>) => {
    change({ attendees: draft.attendees.map((attendee, at) => (at === index ? { ...attendee, ...next } : attendee)) });
  };

  return (
    <>
      <div className="person organizer">
        <div className="person-words">
          <span className="label">{schedule.organizer}</span>
          <span>{schedule.you} <span className="muted">({user.name})</span></span>
        </div>
        {roleChoices.length > 0 ? (
          <ChoiceInput
            label={schedule.yourRole}
            labelHidden
            value={draft.organizerRole}
            onChange={(organizerRole) => { change({ organizerRole }); }}
            choices={roleChoices}
            error={faults.get('organizerRole')}
          />
        ) : null}
      </div>
      <div className="attendee-entry">
        <AttendeeInput
          typed={typed}
          onTyped={(text) => {
            setWrong(null);
            onTyped(text);
          }}
          onText={addText}
          onPerson={(person) => { addAll([{ email: person.email, name: person.name }], []); }}
          error={wrong ?? (pendingFault ? fault.pending : faults.get('attendees'))}
        />
        {roleChoices.length > 0 ? (
          <ChoiceInput label={schedule.role} value={roleNow} onChange={setRole} choices={roleChoices} />
        ) : null}
        <Button onPress={() => { addText(typed); }}>{schedule.add}</Button>
      </div>
      {choices.draft.place === 'existing' && roleChoices.length === 0 ? <p className="hint">{schedule.noRoles}</p> : null}
      <h3 className="list-head">{schedule.listTitle(draft.attendees.length)}</h3>
      {draft.attendees.length === 0 ? <p className="quiet-line">{schedule.nobody}</p> : null}
      <ul className="people">
        {draft.attendees.map((attendee, index) => {
          const who = attendee.name || attendee.email;
          const error = faultOfAttendee(faults, index);
          return (
            <li key={attendee.email} className="person" data-invalid={error ? true : undefined}>
              <div className="person-words">
                <span className="person-name">{who}</span>
                {attendee.name ? <span className="muted person-email">{attendee.email}</span> : null}
                {error ? <span className="error">{error}</span> : null}
              </div>
              {roleChoices.length > 0 ? (
                <ChoiceInput
                  label={schedule.roleOf(who)}
                  labelHidden
                  value={attendee.role}
                  onChange={(next) => { setAttendee(index, { role: next }); }}
                  choices={roleChoices}
                />
              ) : null}
              <Button
                look="quiet"
                small
                aria-label={schedule.removeOf(who)}
                onPress={() => { change({ attendees: draft.attendees.filter((_, at) => at !== index) }); }}
              >
                <Cross />
              </Button>
            </li>
          );
        })}
      </ul>
      <p role="status" className="hidden">{said}</p>
    </>
  );
}

function faultOfAttendee(faults: ReadonlyMap<string, string>, index: number): string | undefined {
  for (const [field, text] of faults) if (field.startsWith(`attendees[${String(index)}]`)) return text;
  return undefined;
}
