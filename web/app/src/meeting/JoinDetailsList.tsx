// Dial-in details of one or more roles: meeting ID, passcode, video address, join link.
import type { JoinDetails } from '../api/types';
import { useText } from '../messages/language';
import { CopyButton } from '../ui/buttons';

export function JoinDetailsList({ details }: { details: JoinDetails[] }) {
  const text = useText();
  return details.map((method) => (
    <section key={method.role} className="join-details" aria-label={text.space.role(method.role)}>
      <h3>{method.role}</h3>
      <dl className="facts">
        <dt>{text.meeting.meetingId}</dt>
        <dd className="figures">{method.meetingId}</dd>
        <dt>{text.meeting.passcode}</dt>
        <dd className="figures">{method.passcode || text.meeting.noPasscode}</dd>
        {method.uri ? <><dt>{text.meeting.address}</dt><dd className="breakable">{method.uri}</dd></> : null}
        <dt>{text.meeting.link}</dt>
        <dd>
          <span className="breakable">{method.link}</span>
          <CopyButton value={method.link} label={text.meeting.copyLink} named={text.meeting.copyNamed(`${text.meeting.link}, ${method.role}`)} />
        </dd>
      </dl>
    </section>
  ));
}
