// Signing in. It stands at whatever address was asked for, so that one goes on there afterwards.
import { useRef, useState, type SyntheticEvent } from 'react';
import { signIn } from '../api/calls';
import { asProblem, type ApiProblem } from '../api/problem';
import { useText } from '../messages/language';
import { useTitle } from '../router';
import { useSessionState } from '../session/session';
import { Button, TextLink } from '../ui/buttons';
import { TextInput } from '../ui/fields';
import { Awaiting, Notice, ProblemNotice } from '../ui/notice';

export function SignInPage() {
  const text = useText();
  const { begin, ended } = useSessionState();
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [checked, setChecked] = useState(false);
  const [waiting, setWaiting] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const form = useRef<HTMLFormElement>(null);
  useTitle(text.signIn.title);

  const missingName = username.trim() === '';
  const wrong = problem?.kind === 'signInAgain';
  const focusOn = (name: string) => form.current?.querySelector<HTMLInputElement>(`input[name=${name}]`)?.focus();

  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    setChecked(true);
    setProblem(null);
    if (missingName || password === '') {
      focusOn(missingName ? 'username' : 'password');
      return;
    }
    setWaiting(true);
    try {
      begin(await signIn(username.trim(), password));
    } catch (error) {
      const found = asProblem(error);
      setProblem(found);
      setWaiting(false);
      if (found.kind === 'signInAgain') focusOn('password');
    }
  };

  return (
    <section className="narrow sign-in">
      <h1>{text.signIn.title}</h1>
      <p className="lead">{text.app.tagline}</p>
      {ended ? <Notice><p>{text.signIn.ended}</p></Notice> : null}
      <form ref={form} onSubmit={(event) => { void submit(event); }} noValidate>
        <TextInput
          label={text.signIn.username}
          hint={text.signIn.usernameHint}
          name="username"
          autoComplete="username"
          value={username}
          onChange={setUsername}
          error={checked && missingName ? text.signIn.needUsername : undefined}
        />
        <TextInput
          label={text.signIn.password}
          name="password"
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={(value) => {
            setPassword(value);
            if (wrong) setProblem(null);
          }}
          error={checked && password === '' ? text.signIn.needPassword : wrong ? text.signIn.wrong : undefined}
        />
        {problem && !wrong ? <ProblemNotice problem={problem} /> : null}
        <Button type="submit" look="primary" isPending={waiting}>{text.signIn.submit}</Button>
        {waiting ? <Awaiting>{text.wait.signIn}</Awaiting> : null}
      </form>
      <p className="aside">{text.signIn.guest} <TextLink href="/join">{text.join.title}</TextLink></p>
    </section>
  );
}
