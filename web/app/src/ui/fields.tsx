// Form fields: label above, hint and fault below, all tied to the control for screen readers. Here: what they share, and texts.
import type { ReactNode } from 'react';
import { FieldError, Input, Label, Text, TextArea, TextField } from 'react-aria-components';

export interface FieldProps {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  /** JSON field names (space separated) whose faults belong here: the first faulty one gets the focus. */
  field?: string;
}

export function FieldFoot({ hint, error }: Pick<FieldProps, 'hint' | 'error'>) {
  return (
    <>
      {hint !== undefined && error === undefined ? <Text slot="description" className="hint">{hint}</Text> : null}
      <FieldError className="error">{error}</FieldError>
    </>
  );
}

interface TextInputProps extends FieldProps {
  value: string;
  onChange: (value: string) => void;
  type?: 'text' | 'password' | 'url';
  name?: string;
  autoComplete?: string;
  placeholder?: string;
  maxLength?: number;
  rows?: number;
  action?: ReactNode;
}

export function TextInput({ label, hint, error, field, value, onChange, rows, action, placeholder, maxLength, ...rest }: TextInputProps) {
  const attributes = { ...(placeholder === undefined ? {} : { placeholder }), ...(maxLength === undefined ? {} : { maxLength }) };
  return (
    <TextField {...rest} className="field" value={value} onChange={onChange} isInvalid={error !== undefined} validationBehavior="aria" data-field={field}>
      <Label>{label}</Label>
      {rows !== undefined ? (
        <TextArea className="input" rows={rows} {...attributes} />
      ) : action ? (
        <div className="input-row"><Input className="input" {...attributes} />{action}</div>
      ) : (
        <Input className="input" {...attributes} />
      )}
      <FieldFoot hint={hint} error={error} />
    </TextField>
  );
}
