// Who is signed in. The token lives in sessionStorage, so it ends with the tab; a refused token ends the session, and the address
// stays, so that signing in again goes on where one was.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { callsOf, type Calls } from '../api/calls';
import { ApiProblem } from '../api/problem';
import { request } from '../api/request';
import type { SignedIn } from '../api/types';

const KEPT = 'convoke.session';
/** Longest delay of a browser timer (2^31 - 1 ms). */
const TIMER_MAX = 2_147_483_647;

export interface Session extends SignedIn {
  calls: Calls;
}

interface SessionState {
  session: Session | null;
  /** Whether a session ended by itself, so that the sign-in page can say so. */
  ended: boolean;
  begin: (signedIn: SignedIn) => void;
  signOut: () => void;
}

const Context = createContext<SessionState | null>(null);

function keptSession(): SignedIn | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? 'null') as SignedIn | null;
    return kept && Date.parse(kept.expiresAt) > Date.now() ? kept : null;
  } catch {
    return null;
  }
}

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, error) => failures < 1 && error instanceof ApiProblem && (error.kind === 'offline' || error.kind === 'server'),
      // Whether the server answers is seen from its answers; the browser's own idea of "online" is wrong on closed networks.
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});

export function SessionProvider({ children }: { children: ReactNode }) {
  const [signedIn, setSignedIn] = useState<SignedIn | null>(keptSession);
  const [ended, setEnded] = useState(false);

  const state = useMemo<SessionState>(() => {
    const close = (byItself: boolean) => {
      sessionStorage.removeItem(KEPT);
      queries.clear();
      setSignedIn(null);
      setEnded(byItself);
    };
    const session = signedIn && { ...signedIn, calls: guardedCalls(signedIn.jwt, () => { close(true); }) };
    return {
      session,
      ended,
      begin: (next) => {
        sessionStorage.setItem(KEPT, JSON.stringify(next));
        setEnded(false);
        setSignedIn(next);
      },
      signOut: () => { close(false); },
    };
  }, [signedIn, ended]);

  useEffect(() => {
    if (!signedIn) return;
    const left = Math.min(Math.max(0, Date.parse(signedIn.expiresAt) - Date.now()), TIMER_MAX);
    const timer = window.setTimeout(() => {
      sessionStorage.removeItem(KEPT);
      setSignedIn(null);
      setEnded(true);
    }, left);
    return () => { window.clearTimeout(timer); };
  }, [signedIn]);

  return (
    <QueryClientProvider client={queries}>
      <Context value={state}>{children}</Context>
    </QueryClientProvider>
  );
}

function guardedCalls(token: string, onRefused: () => void): Calls {
  return callsOf(async (path, options) => {
    try {
      return await request(path, { ...options, token });
    } catch (error) {
      if (error instanceof ApiProblem && error.kind === 'signInAgain') onRefused();
      throw error;
    }
  });
}

export function useSessionState(): SessionState {
  const state = useContext(Context);
  if (state === null) throw new Error('useSessionState outside SessionProvider');
  return state;
}

/** For pages that are shown only to signed-in people. */
export function useSession(): Session {
  const { session } = useSessionState();
  if (session === null) throw new Error('useSession without a session');
  return session;
}
