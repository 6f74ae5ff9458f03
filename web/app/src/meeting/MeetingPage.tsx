// One meeting: when, where, who, in this order; what one can do with it at the top right.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Tab, TabList, TabPanel, TabPanels, Tabs } from 'react-aria-components';
import { asProblem } from '../api/problem';
import type { Meeting } from '../api/types';
import { NotFoundPage } from '../NotFoundPage';
import { useTitle } from '../router';
import { useSchedule } from '../schedule/ScheduleHost';
import { useSession } from '../session/session';
import { usePartStatus } from '../session/status';
import { useNow, useReader } from '../time/now';
import { Button, ButtonLink, CopyButton, inApp, TextLink } from '../ui/buttons';
import { Awaiting, Notice, ProblemNotice } from '../ui/notice';
import { CancelDialogue } from './CancelDialogue';
import { GeneralTab } from './GeneralTab';
import { JoinDetailsList } from './JoinDetailsList';

interface MeetingPageProps {
  id: string;
  /** Original local start of the date that was chosen from a series. */
  at: string | null;
}

export function MeetingPage({ id, at }: MeetingPageProps) {
  const { text } = useReader();
  const { calls } = useSession();
  const connected = usePartStatus()?.scheduler !== false;
  const meeting = useQuery({
    queryKey: ['meetings', 'one', id],
    queryFn: ({ signal }) => calls.meeting(id, signal),
    enabled: connected,
    refetchInterval: ({ state }) => (mailsAreUnderWay(state.data) ? MAIL_POLL_MS : false),
  });
  useTitle(meeting.data?.summary ?? '');

  if (meeting.data) return <MeetingView meeting={meeting.data} at={at} />;
  if (meeting.isError && asProblem(meeting.error).kind === 'notFound') return <NotFoundPage detail={text.problem.notFound} />;
  if (meeting.isError) return <ProblemNotice problem={asProblem(meeting.error)} onRetry={() => { void meeting.refetch(); }} />;
  return connected ? <Awaiting>{text.wait.meeting}</Awaiting> : null;
}

/** While mails are being sent, their state is looked at this often. */
const MAIL_POLL_MS = 3_000;

const mailsAreUnderWay = (meeting: Meeting | undefined): boolean =>
  meeting?.attendees.some(({ mail }) => mail?.state === 'queued') ?? false;

function MeetingView({ meeting, at }: { meeting: Meeting; at: string | null }) {
  const reader = useReader();
  const now = useNow();
  const { text } = reader;
  const { openEdit } = useSchedule();
  const [cancelling, setCancelling] = useState(false);
  const live = meeting.status === 'CONFIRMED';
  const end = meeting.rrule === null ? meeting.dtEndUtc : meeting.seriesEndUtc;
  const over = end !== null && Date.parse(end) < now.getTime();
  const link = meeting.join?.link ?? null;

  return (
    <div className="column">
      <TextLink href="/">{text.meeting.back}</TextLink>
      <div className="page-head">
        <h1>{meeting.summary}</h1>
        <div className="actions">
          {live && link ? <ButtonLink look="primary" href={inApp(link)} aria-label={text.home.joinNamed(meeting.summary)}>{text.meeting.join}</ButtonLink> : null}
          {live && link ? <CopyButton value={link} label={text.meeting.copyLink} named={text.meeting.copyLink} /> : null}
          {live && meeting.isOrganizer && !over ? (
            <>
              <Button onPress={() => { openEdit(meeting); }}>{text.meeting.edit}</Button>
              <Button look="danger" onPress={() => { setCancelling(true); }}>{text.meeting.cancel}</Button>
            </>
          ) : null}
        </div>
      </div>
      {live ? null : <Notice><p>{text.meeting.cancelledText}</p></Notice>}
      <Tabs className="tabs">
        <TabList className="tab-list" aria-label={meeting.summary}>
          <Tab id="general" className="tab">{text.meeting.general}</Tab>
          <Tab id="dial-in" className="tab">{text.meeting.dialIn}</Tab>
        </TabList>
        <TabPanels>
          <TabPanel id="general" className="tab-panel"><GeneralTab meeting={meeting} at={at} reader={reader} now={now} /></TabPanel>
          <TabPanel id="dial-in" className="tab-panel"><DialInTab meeting={meeting} /></TabPanel>
        </TabPanels>
      </Tabs>
      {cancelling ? <CancelDialogue meeting={meeting} onClose={() => { setCancelling(false); }} /> : null}
    </div>
  );
}

function DialInTab({ meeting }: { meeting: Meeting }) {
  const { text } = useReader();
  const all = meeting.accessMethods ?? [];
  if (all.length > 0) {
    return (
      <>
        <p className="muted">{text.meeting.allDetails}</p>
        <JoinDetailsList level="h2" details={all} />
      </>
    );
  }
  if (!meeting.join) return <p className="quiet-line">{text.space.noAccess}</p>;
  return (
    <>
      <p className="muted">{text.meeting.yourDetails}</p>
      <JoinDetailsList level="h2" details={[meeting.join]} />
    </>
  );
}
