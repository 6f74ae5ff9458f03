// The present time for pages: one clock, renewed every few seconds, and the reader's zone and language in one value.
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { useLanguage } from '../messages/language';
import type { Reader } from './format';
import { ownZone } from './zones';

/** Often enough that "in 5 minutes" is never wrong by a minute. */
const RENEW_MS = 10_000;

const Context = createContext<Date>(new Date(0));

export function NowProvider({ children }: { children: ReactNode }) {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const renew = () => { setNow(new Date()); };
    const timer = window.setInterval(renew, RENEW_MS);
    document.addEventListener('visibilitychange', renew);
    return () => {
      window.clearInterval(timer);
      document.removeEventListener('visibilitychange', renew);
    };
  }, []);
  return <Context value={now}>{children}</Context>;
}

export const useNow = (): Date => useContext(Context);

export function useReader(): Reader {
  const { language, locale, text } = useLanguage();
  return useMemo(() => ({ language, locale, text, zone: ownZone() }), [language, locale, text]);
}
