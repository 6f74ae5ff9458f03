// Dial-in details of one or more roles: meeting ID, passcode, video address, join link.
import type { JoinDetails } from '../api/types';
import { useText } from '../messages/language';
import { CopyButton } from '../ui/buttons';

interface JoinDetailsListProps {
  details: JoinDetails[];
  /** Level of the roles' headings on the page. */
  level: 'h2' | 'h3';
}

export function JoinDetailsList({ details, level: Heading }: JoinDetailsListProps) {
  const text = useText();
  return details.map((method) => (
    <section key={method.role} className="join-details" aria-label={text.space.role(method.role)}>
      <Heading>{method.role}</Heading>
      <dl className="facts">
        {method.meetingId ? <><dt>{text.meeting.meetingId}</dt><dd className="figures">{method.meetingId}</dd></> : null}
        <dt>{text.meeting.passcode}</dt>
        <dd className="figures">{method.passcode || text.meeting.noPasscode}</dd>
        {method.uri ? <><dt>{text.meeting.address}</dt><dd className="breakable">{method.uri}</dd></> : null}
        {method.link ? (
          <>
            <dt>{text.meeting.link}</dt>
            <dd>
              <span className="breakable">{method.link}</span>
              <CopyButton value={method.link} label={text.meeting.copyLink} named={`${text.meeting.copyLink}, ${method.role}`} />
            </dd>
          </>
        ) : null}
      </dl>
    </section>
  ));
}
