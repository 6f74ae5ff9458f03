// Where a meeting link leads: which meeting it is, and what one can do there.
import { useQuery } from '@tanstack/react-query';
import { meetingEntry } from '../api/calls';
import { asProblem } from '../api/problem';
import { useText } from '../messages/language';
import { useTitle } from '../router';
import { useSessionState } from '../session/session';
import { ButtonLink } from '../ui/buttons';
import { Awaiting, Notice, ProblemNotice } from '../ui/notice';

export function EntryPage({ callId, secret }: { callId: string; secret: string }) {
  const text = useText();
  const { join } = text;
  const { session } = useSessionState();
  const entry = useQuery({
    queryKey: ['entry', callId, secret],
    queryFn: ({ signal }) => meetingEntry(callId, secret, signal),
    enabled: secret !== '',
  });
  const problem = entry.error ? asProblem(entry.error) : null;
  const missing = secret === '' || problem?.kind === 'notFound' || problem?.kind === 'invalid';
  const title = entry.data?.name ?? (secret === '' ? join.noSecretTitle : missing ? join.notFoundTitle : join.title);
  useTitle(title);

  return (
    <section className="narrow">
      <h1>{title}</h1>
      {secret !== '' && entry.isPending ? <Awaiting>{text.wait.entry}</Awaiting> : null}
      {missing ? <p>{secret === '' ? join.noSecret : join.notFound}</p> : null}
      {problem && !missing ? <ProblemNotice problem={problem} onRetry={() => { void entry.refetch(); }} /> : null}
      {entry.data ? (
        <>
          <p className="muted">{text.meeting.meetingId} <span className="figures">{callId}</span></p>
          <Notice><p>{join.noCalls}</p><p>{join.noCallsMore}</p></Notice>
        </>
      ) : null}
      <div className="actions">
        {missing ? <ButtonLink href="/join">{join.another}</ButtonLink> : null}
        {session ? <ButtonLink href="/">{join.toHome}</ButtonLink> : null}
      </div>
    </section>
  );
}
