// Home: what is on now, what is next, what is later this week; then scheduling, joining and one's spaces.
import type { Instance } from '../api/types';
import { asProblem } from '../api/problem';
import { useTitle } from '../router';
import { useSchedule } from '../schedule/ScheduleHost';
import { useSession } from '../session/session';
import { usePartStatus } from '../session/status';
import { dayOf, dayText, relative, timeText, type Reader } from '../time/format';
import { useNow, useReader } from '../time/now';
import { Button, ButtonLink, inApp, TextLink } from '../ui/buttons';
import { Awaiting, ProblemNotice } from '../ui/notice';
import { dayOfInstance, isOn } from './days';
import { LastLogin } from './LastLogin';
import { MeetingDays, meetingPath } from './MeetingDays';
import { SpaceList } from './SpaceList';
import { useMeetings } from './useMeetings';

/** How far "this week" looks, in days from today. */
const WEEK_DAYS = 7;
/** Rows on the home page; the others are behind *See more*. */
const ROWS_MAX = 20;

export function HomePage() {
  const now = useNow();
  const reader = useReader();
  const { user } = useSession();
  const { text } = reader;
  const { openSchedule } = useSchedule();
  const scheduling = usePartStatus()?.scheduler !== false;
  const meetings = useMeetings(now, 1);
  useTitle(text.app.home);

  const list = meetings.data?.list;
  const today = dayOf(now, reader.zone);
  const week = list?.filter((meeting) => dayOfInstance(meeting, reader.zone, today).compare(today) < WEEK_DAYS) ?? [];
  const empty = list?.length === 0;
  const first = list && scheduling ? firstOf(list, now) : null;
  // Not before the list is known: an empty one has another button in its place, and the focus would be lost with this one.
  const schedulable = scheduling && !meetings.isPending;

  return (
    <>
      <div className="home-head">
        <h1>{text.home.title(user.name)}</h1>
        <LastLogin />
      </div>

      {first ? <Foremost meeting={first} reader={reader} now={now} /> : null}

      {empty && scheduling ? (
        <section className="welcome">
          <h2>{text.home.emptyTitle}</h2>
          <p>{text.home.emptyText}</p>
          <div className="actions">
            <Button look="primary" onPress={() => { openSchedule(); }}>{text.home.emptyAction}</Button>
            <ButtonLink href="/join">{text.home.join}</ButtonLink>
          </div>
        </section>
      ) : (
        <div className="actions home-actions">
          {schedulable ? <Button look={first && isOn(first, now) ? 'plain' : 'primary'} onPress={() => { openSchedule(); }}>{text.home.schedule}</Button> : null}
          <ButtonLink href="/join">{text.home.join}</ButtonLink>
        </div>
      )}

      <div className="home-columns">
        {scheduling && !empty ? (
          <section className="home-meetings" aria-labelledby="my-meetings">
            <div className="section-head">
              <h2 id="my-meetings">{text.home.myMeetings}</h2>
              {list && list.length > 0 ? <TextLink href="/meetings" aria-label={text.home.seeMoreMeetings}>{text.home.seeMore}</TextLink> : null}
            </div>
            {meetings.isPending ? <Awaiting>{text.wait.meetings}</Awaiting> : null}
            {meetings.isError ? <ProblemNotice problem={asProblem(meetings.error)} onRetry={() => { void meetings.refetch(); }} /> : null}
            <MeetingDays level="h3" meetings={week.slice(0, ROWS_MAX)} reader={reader} now={now} />
            {list && week.length === 0 ? <p className="quiet-line">{text.home.nothingSoon}</p> : null}
          </section>
        ) : null}
        <SpaceList />
      </div>
    </>
  );
}

/** What the eye should see first: what is on now (what began last), else what comes next. All-day meetings only if nothing else. */
function firstOf(list: Instance[], now: Date): Instance | null {
  const timed = list.filter(({ isFullDayMeeting }) => !isFullDayMeeting);
  const on = timed.filter((meeting) => isOn(meeting, now));
  return on.at(-1) ?? timed[0] ?? list[0] ?? null;
}

interface ForemostProps {
  meeting: Instance;
  reader: Reader;
  now: Date;
}

function Foremost({ meeting, reader, now }: ForemostProps) {
  const { home } = reader.text;
  const on = isOn(meeting, now);
  const today = dayOf(now, reader.zone);
  const day = dayOfInstance(meeting, reader.zone, today);
  const soon = day.compare(today) === 0;
  const time = timeText(meeting, reader.zone, reader);
  const words = on
    ? home.endsIn(relative(new Date(meeting.dtEndUtc), now, reader))
    : relative(new Date(meeting.dtStartUtc), now, reader);

  return (
    <section className={on ? 'foremost on' : 'foremost'} aria-label={on ? home.now : home.next}>
      <div className="foremost-words">
        <p className="foremost-label">{on ? home.now : soon ? home.next : home.nothingToday}</p>
        <h2><TextLink href={meetingPath(meeting)}>{meeting.summary}</TextLink></h2>
        <p className="foremost-time">
          {soon ? '' : `${dayText(day, 'weekdayMedium', reader.locale)}, `}
          <span className="nowrap">{time}</span>
          {meeting.isFullDayMeeting ? null : <span className="muted"> · {words}</span>}
        </p>
      </div>
      {meeting.joinLink ? (
        <ButtonLink look={on ? 'primary' : 'plain'} href={inApp(meeting.joinLink)} aria-label={home.joinNamed(meeting.summary)}>
          {home.joinButton}
        </ButtonLink>
      ) : null}
    </section>
  );
}
