// Faults of a meeting in the making, from the form and from the server, as one sentence beside each field.
import type { Fault } from '../api/problem';
import type { Messages } from '../messages/en';
import { stepOfField, type DraftFault, type Step } from './draft';

/** Sentence by JSON field; the first one wins. */
export type FaultTexts = ReadonlyMap<string, string>;

export function draftFaultTexts(faults: DraftFault[], text: Messages): FaultTexts {
  const texts = new Map<string, string>();
  for (const { field, code } of faults) if (!texts.has(field)) texts.set(field, text.fault[code]);
  return texts;
}

export function serverFaultTexts(faults: Fault[], text: Messages): FaultTexts {
  const texts = new Map<string, string>();
  for (const fault of faults) if (!texts.has(fault.field)) texts.set(fault.field, serverFaultText(fault, text));
  return texts;
}

/** Our own words for what we know, the server's for the rest. */
function serverFaultText({ field, code, reason }: Fault, text: Messages): string {
  const { fault } = text;
  if (/^(attendees\[\d+\]\.role|organizerRole)$/.test(field)) return fault.roleUnknown;
  const known: Record<string, string> = {
    'summary required': fault.name,
    'summary tooLong': fault.nameLong,
    'description tooLong': fault.descriptionLong,
    'coSpaceTemplate notFound': fault.templateUnknown,
    'coSpaceTemplate required': fault.template,
    'coSpace notFound': fault.spaceUnknown,
    'coSpace required': fault.space,
  };
  const codes: Record<string, string | undefined> = fault.code;
  // "Invalid" alone helps nobody: the server's reason says more, also in the other language.
  if (code === 'invalid' && reason !== '') return reason;
  return known[`${field} ${code}`] ?? codes[code] ?? (reason !== '' ? reason : fault.code.invalid);
}

/** The earliest step that has a fault. */
export function firstStep(fields: Iterable<string>): Step | null {
  const steps = [...fields].map(stepOfField);
  return steps.length === 0 ? null : (Math.min(...steps) as Step);
}

/** Faults without those of the fields that have been changed since. `changed` holds the first words of field names. */
export function without(faults: Fault[], changed: (field: string) => boolean): Fault[] {
  return faults.filter(({ field }) => !changed(field));
}
