// When, and on request from where, this account was last used: so that its owner notices another's use.
import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components';
import { useSession } from '../session/session';
import { withTime } from '../time/format';
import { useReader } from '../time/now';

export function LastLogin() {
  const { lastLogin } = useSession();
  const { locale, zone, text } = useReader();
  if (!lastLogin) return null;
  const when = withTime(new Date(lastLogin.at), { dateStyle: 'medium', timeStyle: 'short', timeZone: zone }, locale);
  return (
    <p className="last-login">
      {text.home.lastLogin(when)}{' '}
      <DialogTrigger>
        <Button className="link">{text.home.seeDetails}</Button>
        <Popover className="popover" placement="bottom end">
          <Dialog className="small-dialog" aria-label={text.home.seeDetails}>
            <p>{text.home.lastLogin(when)}</p>
            <p>{text.home.lastLoginFrom(lastLogin.address)}</p>
          </Dialog>
        </Popover>
      </DialogTrigger>
    </p>
  );
}
