// What surrounds every page: mark, language, account; and a word about parts that are not connected.
import { useEffect, useRef, type ReactNode } from 'react';
import { Button as AriaButton, Link, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { LANGUAGES, useLanguage, type Language } from './messages/language';
import { navigate, usePlace } from './router';
import { useSessionState } from './session/session';
import { usePartStatus } from './session/status';
import { ChevronDown } from './ui/icons';
import { Mark } from './ui/Mark';
import { Notice } from './ui/notice';

export function Shell({ children }: { children: ReactNode }) {
  const { text } = useLanguage();
  const { session } = useSessionState();
  const { path } = usePlace();
  const main = useRef<HTMLElement>(null);
  const firstPath = useRef(path);

  // A change of page is a change of place: the focus follows, except on the first one.
  useEffect(() => {
    if (firstPath.current === path) return;
    firstPath.current = '';
    main.current?.focus();
  }, [path]);

  return (
    <>
      <a className="skip" href="#main">{text.app.skip}</a>
      <header className="top">
        <Link href="/" className="brand" aria-label={`${text.app.name}, ${text.app.home}`}>
          <Mark /> <span>{text.app.name}</span>
        </Link>
        <div className="top-actions">
          <LanguageMenu />
          {session ? <AccountMenu /> : null}
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        <PartNotices />
        {children}
      </main>
    </>
  );
}

function PartNotices() {
  const { problem } = useLanguage().text;
  const status = usePartStatus();
  const { session } = useSessionState();
  if (status === null) return null;
  if (!status.callBridge) {
    return <Notice><p>{problem.callBridge} {problem.callBridgeMore}</p></Notice>;
  }
  if (session && !status.scheduler) {
    return <Notice><p>{problem.scheduler} {problem.schedulerMore}</p></Notice>;
  }
  return null;
}

function LanguageMenu() {
  const { language, text, choose } = useLanguage();
  return (
    <MenuTrigger>
      <AriaButton className="button quiet" aria-label={`${text.language.choose}: ${text.language.name}`}>
        {text.language.name} <ChevronDown />
      </AriaButton>
      <Popover className="popover list-popover" placement="bottom end">
        <Menu
          className="list-box"
          aria-label={text.language.choose}
          selectionMode="single"
          selectedKeys={[language]}
          disallowEmptySelection
          onAction={(key) => { choose(key as Language); }}
        >
          {(Object.keys(LANGUAGES) as Language[]).map((id) => (
            <MenuItem key={id} id={id} className="list-item"><span lang={id}>{LANGUAGES[id].language.name}</span></MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

function AccountMenu() {
  const { text } = useLanguage();
  const { session, signOut } = useSessionState();
  if (!session) return null;
  return (
    <MenuTrigger>
      <AriaButton className="button quiet account" aria-label={text.app.account(session.user.name)}>
        <span className="account-name">{session.user.name}</span> <ChevronDown />
      </AriaButton>
      <Popover className="popover list-popover" placement="bottom end">
        <p className="account-detail">{session.user.email}</p>
        <Menu
          className="list-box"
          aria-label={text.app.account(session.user.name)}
          onAction={() => {
            signOut();
            navigate('/');
          }}
        >
          <MenuItem id="out" className="list-item">{text.app.signOut}</MenuItem>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
