// All of one's meetings from now on, a month more at a time.
import { useState } from 'react';
import { asProblem } from '../api/problem';
import { useTitle } from '../router';
import { useSchedule } from '../schedule/ScheduleHost';
import { usePartStatus } from '../session/status';
import { dayOf, dayText } from '../time/format';
import { useNow, useReader } from '../time/now';
import { Button } from '../ui/buttons';
import { Awaiting, ProblemNotice } from '../ui/notice';
import { MeetingDays } from './MeetingDays';
import { MONTH_DAYS, useMeetings } from './useMeetings';

/** The API's window is 366 days at most. */
const MONTHS_MAX = Math.floor(366 / MONTH_DAYS);

export function MeetingListPage() {
  const now = useNow();
  const reader = useReader();
  const { text } = reader;
  const [months, setMonths] = useState(1);
  const { openSchedule } = useSchedule();
  const scheduling = usePartStatus()?.scheduler !== false;
  const meetings = useMeetings(now, months);
  useTitle(text.list.title);

  if (!scheduling) return null;
  const { data } = meetings;
  return (
    <div className="column">
      <div className="section-head">
        <h1>{text.list.title}</h1>
        <Button look="primary" onPress={() => { openSchedule(); }}>{text.home.schedule}</Button>
      </div>
      {meetings.isPending ? <Awaiting>{text.wait.meetings}</Awaiting> : null}
      {meetings.isError ? <ProblemNotice problem={asProblem(meetings.error)} onRetry={() => { void meetings.refetch(); }} /> : null}
      {data ? (
        <>
          <MeetingDays level="h2" meetings={data.list} reader={reader} now={now} />
          {data.list.length === 0 ? <p className="quiet-line">{text.list.none}</p> : null}
          <div className="list-foot">
            <p className="muted">{data.full ? text.list.truncated : text.list.until(dayText(dayOf(data.until, reader.zone), 'long', reader.locale))}</p>
            {months < MONTHS_MAX && !data.full ? (
              <Button isPending={meetings.isPlaceholderData} onPress={() => { setMonths(months + 1); }}>{text.list.more}</Button>
            ) : null}
          </div>
        </>
      ) : null}
    </div>
  );
}
