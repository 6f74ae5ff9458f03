// Cancelling: says before who gets a mail, and does it.
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { asProblem, type ApiProblem } from '../api/problem';
import type { Meeting } from '../api/types';
import { forgetMeeting } from '../home/useMeetings';
import { useText } from '../messages/language';
import { navigate } from '../router';
import { useSession } from '../session/session';
import { Button } from '../ui/buttons';
import { Dialogue } from '../ui/Dialogue';
import { Awaiting, ProblemNotice } from '../ui/notice';
import { useToast } from '../ui/toasts';

export function CancelDialogue({ meeting, onClose }: { meeting: Meeting; onClose: () => void }) {
  const text = useText();
  const { calls, user } = useSession();
  const queries = useQueryClient();
  const toast = useToast();
  const [waiting, setWaiting] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const count = meeting.attendees.length;

  const cancel = async () => {
    setWaiting(true);
    setProblem(null);
    try {
      await calls.cancelMeeting(meeting);
      forgetMeeting(queries, meeting.id);
      onClose();
      navigate('/');
      toast({ title: text.meeting.cancelDone, detail: text.meeting.cancelDoneText(count) });
      void queries.invalidateQueries();
    } catch (error) {
      setProblem(asProblem(error));
      setWaiting(false);
    }
  };

  return (
    <Dialogue title={text.meeting.cancelTitle} role="alertdialog" onDismiss={onClose}>
      {meeting.rrule ? <p>{text.meeting.cancelSeries}</p> : null}
      <p>{count === 0 ? text.meeting.cancelNobody : text.meeting.cancelMails(count)}</p>
      {count > 0 ? (
        <ul className="mail-list boxed" tabIndex={count > 2 ? 0 : undefined}>
          <li>
            <span>{text.schedule.you} <span className="muted">({user.name})</span></span>
            <span className="muted">{text.meeting.cancelOwn}</span>
          </li>
          {meeting.attendees.map(({ email, name }) => (
            <li key={email}><span className="breakable">{name || email}</span>{name ? <span className="muted breakable">{email}</span> : null}</li>
          ))}
        </ul>
      ) : null}
      {meeting.temporarySpace ? <p className="muted">{text.meeting.cancelSpace}</p> : null}
      {problem ? <ProblemNotice problem={problem} /> : null}
      <div className="dialog-foot">
        {waiting ? <Awaiting>{text.meeting.cancelling}</Awaiting> : null}
        <Button onPress={onClose}>{text.meeting.cancelNo}</Button>
        <Button look="danger" isPending={waiting} onPress={() => { void cancel(); }}>{text.meeting.cancelYes}</Button>
      </div>
    </Dialogue>
  );
}
