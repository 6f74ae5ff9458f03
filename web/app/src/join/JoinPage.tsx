// Joining with a link from an invitation; for guests too.
import { useState, type SyntheticEvent } from 'react';
import { useText } from '../messages/language';
import { navigate, ownPath, useTitle } from '../router';
import { Button } from '../ui/buttons';
import { TextInput } from '../ui/fields';

export function JoinPage() {
  const { join } = useText();
  const [link, setLink] = useState('');
  const [wrong, setWrong] = useState(false);
  useTitle(join.title);

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const path = entryPath(link);
    if (path === null) setWrong(true);
    else navigate(path);
  };

  return (
    <section className="narrow">
      <h1>{join.title}</h1>
      <form onSubmit={submit} noValidate>
        <TextInput
          label={join.label}
          hint={join.hint}
          type="url"
          value={link}
          onChange={(value) => {
            setLink(value);
            setWrong(false);
          }}
          error={wrong ? join.bad : undefined}
        />
        <Button type="submit" look="primary">{join.go}</Button>
      </form>
    </section>
  );
}

/** The path of a meeting link of this server, also when `https://` was left out. */
function entryPath(typed: string): string | null {
  const text = typed.trim();
  const path = ownPath(text) ?? ownPath(`https://${text}`);
  return path !== null && /^\/meeting\/[^/?]+/.test(path) ? path : null;
}
