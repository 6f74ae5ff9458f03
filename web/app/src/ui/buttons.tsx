// Buttons and links that look like them, and the button that copies a text.
import { useEffect, useState } from 'react';
import { Button as AriaButton, Link as AriaLink, type ButtonProps as AriaButtonProps, type LinkProps } from 'react-aria-components';
import { useText } from '../messages/language';
import { ownPath } from '../router';
import { Check } from './icons';

type Look = 'primary' | 'plain' | 'quiet' | 'danger';

interface ButtonProps extends Omit<AriaButtonProps, 'className'> {
  look?: Look;
  small?: boolean;
}

export function Button({ look = 'plain', small = false, ...props }: ButtonProps) {
  return <AriaButton {...props} className={`button ${look}${small ? ' small' : ''}`} />;
}

interface ButtonLinkProps extends Omit<LinkProps, 'className'> {
  look?: Look;
  small?: boolean;
}

export function ButtonLink({ look = 'plain', small = false, ...props }: ButtonLinkProps) {
  return <AriaLink {...props} className={`button ${look}${small ? ' small' : ''}`} />;
}

/** A link in a text; `href` may be a full address, which stays inside the app when it is one of this server. */
export function TextLink(props: Omit<LinkProps, 'className'>) {
  return <AriaLink {...props} className="link" />;
}

export const inApp = (link: string): string => ownPath(link) ?? link;

/** How long the word "Copied" stands. */
const COPIED_MS = 2_500;

/** Copies `value`; `named` is what a screen reader hears. Says so when the browser does not allow it. */
export function CopyButton({ value, label, named }: { value: string; label: string; named: string }) {
  const text = useText();
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');

  useEffect(() => {
    if (state !== 'copied') return;
    const timer = window.setTimeout(() => { setState('idle'); }, COPIED_MS);
    return () => { window.clearTimeout(timer); };
  }, [state]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setState('copied');
    } catch {
      setState('failed');
    }
  };

  return (
    <span className="copy">
      <Button look="plain" small aria-label={state === 'copied' ? text.meeting.copied : named} onPress={() => { void copy(); }}>
        {state === 'copied' ? <><Check /> {text.meeting.copied}</> : label}
      </Button>
      <span role="status" className={state === 'failed' ? 'hint' : 'hidden'}>
        {state === 'copied' ? text.meeting.copied : state === 'failed' ? text.meeting.copyFailed : ''}
      </span>
    </span>
  );
}
