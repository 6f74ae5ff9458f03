// The whole app: what surrounds the pages, and which page an address means.
import { HomePage } from './home/HomePage';
import { MeetingListPage } from './home/MeetingListPage';
import { EntryPage } from './join/EntryPage';
import { JoinPage } from './join/JoinPage';
import { MeetingPage } from './meeting/MeetingPage';
import { Mishap } from './Mishap';
import { LanguageProvider } from './messages/language';
import { NotFoundPage } from './NotFoundPage';
import { Router, usePlace } from './router';
import { ScheduleHost } from './schedule/ScheduleHost';
import { SessionProvider, useSessionState } from './session/session';
import { StatusProvider } from './session/status';
import { Shell } from './Shell';
import { SignInPage } from './signin/SignInPage';
import { SpacePage } from './spaces/SpacePage';
import { NowProvider } from './time/now';
import { ToastProvider } from './ui/toasts';

export function App() {
  return (
    <LanguageProvider>
      <Mishap>
        <SessionProvider>
          <StatusProvider>
            <NowProvider>
              <Router>
                <ToastProvider>
                  <ScheduleHost>
                    <Shell>
                      <Page />
                    </Shell>
                  </ScheduleHost>
                </ToastProvider>
              </Router>
            </NowProvider>
          </StatusProvider>
        </SessionProvider>
      </Mishap>
    </LanguageProvider>
  );
}

function Page() {
  const { path, query } = usePlace();
  const { session } = useSessionState();
  const [, first = '', second = '', ...rest] = path.replace(/\/+$/, '').split('/').map(decode);
  const last = rest.length === 0;

  if (first === 'meeting' && second !== '' && last) {
    return <EntryPage key={path + query.toString()} callId={second} secret={query.get('secret') ?? ''} />;
  }
  if (first === 'join' && second === '') return <JoinPage />;
  if (!session) return <SignInPage />;
  if (first === '') return <HomePage />;
  if (first === 'meetings' && second === '') return <MeetingListPage />;
  if (first === 'meetings' && last) return <MeetingPage key={second} id={second} at={query.get('at')} />;
  if (first === 'spaces' && second !== '' && last) return <SpacePage key={second} guid={second} />;
  return <NotFoundPage />;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
