// Step 1: the name, and the space in which the meeting is held.
import { Radio, RadioGroup, Label } from 'react-aria-components';
import type { Meeting } from '../api/types';
import { useText } from '../messages/language';
import { ChoiceInput } from '../ui/choices';
import { TextInput } from '../ui/fields';
import { ProblemNotice } from '../ui/notice';
import type { Draft } from './draft';
import type { FaultTexts } from './faults';
import type { Choices } from './useChoices';

export interface StepProps {
  draft: Draft;
  change: (next: Partial<Draft>) => void;
  faults: FaultTexts;
  choices: Choices;
}

export function NameStep({ draft, change, faults, choices, editing }: StepProps & { editing: Meeting | null }) {
  const { schedule } = useText();
  return (
    <>
      <TextInput
        label={schedule.name}
        value={draft.name}
        onChange={(name) => { change({ name }); }}
        error={faults.get('summary')}
        autoComplete="off"
      />
      {editing ? <p className="muted">{schedule.keepsSpace(editing.coSpaceName)}</p> : <PlaceFields {...{ draft, change, faults, choices }} />}
      <TextInput
        label={schedule.description}
        value={draft.description}
        onChange={(description) => { change({ description }); }}
        error={faults.get('description')}
        rows={3}
      />
    </>
  );
}

function PlaceFields({ draft, change, faults, choices }: StepProps) {
  const { schedule } = useText();
  const { templates, spaces } = choices;
  return (
    <>
      <RadioGroup className="field radios" value={draft.place} onChange={(place) => { change({ place: place as Draft['place'] }); }}>
        <Label>{schedule.where}</Label>
        <Radio value="new" className="radio">{schedule.fresh}</Radio>
        <Radio value="existing" className="radio">{schedule.existing}</Radio>
      </RadioGroup>
      {choices.problem ? <ProblemNotice problem={choices.problem} /> : null}
      {draft.place === 'new' ? (
        <ChoiceInput
          label={schedule.template}
          value={draft.template}
          onChange={(template) => { change({ template }); }}
          choices={(templates ?? []).map(({ id, name, description }) => ({ id, label: name, detail: description }))}
          placeholder={schedule.chooseTemplate}
          hint={templates?.length === 0 ? schedule.noTemplates : undefined}
          error={faults.get('coSpaceTemplate') ?? faults.get('coSpace')}
        />
      ) : (
        <ChoiceInput
          label={schedule.space}
          value={draft.space}
          onChange={(space) => { change({ space }); }}
          choices={(spaces ?? []).map(({ guid, name, uri }) => ({ id: guid, label: name, ...(uri ? { detail: uri } : {}) }))}
          placeholder={schedule.chooseSpace}
          hint={spaces?.length === 0 ? schedule.noSpaces : undefined}
          error={faults.get('coSpace') ?? faults.get('coSpaceTemplate')}
        />
      )}
    </>
  );
}
