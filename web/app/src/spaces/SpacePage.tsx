// A space: its ways to join, and who is in it.
import { useQuery } from '@tanstack/react-query';
import { asProblem } from '../api/problem';
import { JoinDetailsList } from '../meeting/JoinDetailsList';
import { useText } from '../messages/language';
import { NotFoundPage } from '../NotFoundPage';
import { useTitle } from '../router';
import { useSchedule } from '../schedule/ScheduleHost';
import { useSession } from '../session/session';
import { usePartStatus } from '../session/status';
import { Button, TextLink } from '../ui/buttons';
import { Awaiting, ProblemNotice } from '../ui/notice';

export function SpacePage({ guid }: { guid: string }) {
  const text = useText();
  const { calls } = useSession();
  const { openSchedule } = useSchedule();
  const scheduling = usePartStatus()?.scheduler !== false;
  const space = useQuery({ queryKey: ['space', guid], queryFn: ({ signal }) => calls.space(guid, signal) });
  useTitle(space.data?.name ?? '');

  if (space.isPending) return <Awaiting>{text.wait.loading}</Awaiting>;
  if (space.isError && asProblem(space.error).kind === 'notFound') return <NotFoundPage detail={text.problem.notFound} />;
  if (space.isError) return <ProblemNotice problem={asProblem(space.error)} onRetry={() => { void space.refetch(); }} />;
  const { name, uri, accessMethods, members } = space.data;
  return (
    <div className="column">
      <TextLink href="/">{text.app.home}</TextLink>
      <div className="page-head">
        <div className="page-title">
          <h1>{name}</h1>
          {uri ? <p className="muted">{uri}</p> : null}
        </div>
        {scheduling ? <Button look="primary" onPress={() => { openSchedule({ space: guid }); }}>{text.home.schedule}</Button> : null}
      </div>
      <h2>{text.space.access}</h2>
      {accessMethods.length === 0 ? <p className="quiet-line">{text.space.noAccess}</p> : (
        <>
          <p className="muted">{text.meeting.allDetails}</p>
          <JoinDetailsList
            level="h3"
            details={accessMethods.map((method) => ({
              role: method.name,
              link: method.link,
              meetingId: method.callId,
              passcode: method.passcode,
              uri: method.uri,
            }))}
          />
        </>
      )}
      <h2>{text.space.members}</h2>
      <ul className="plain-list">
        {members.map((member) => <li key={member.userJid}>{member.name} <span className="muted">{member.userJid}</span></li>)}
      </ul>
    </div>
  );
}
