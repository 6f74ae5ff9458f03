// Which parts are connected to the web bridge, live: what is shown of the app depends on it.
import { useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useState, type ReactNode } from 'react';
import type { PartStatus } from '../api/types';

/** Wait before a stream that the browser gave up is opened again. */
const REOPEN_MS = 3_000;

/** Null until the web bridge has said it once. */
const Context = createContext<PartStatus | null>(null);

export function StatusProvider({ children }: { children: ReactNode }) {
  const [status, setStatus] = useState<PartStatus | null>(null);
  const queries = useQueryClient();

  useEffect(() => {
    let source: EventSource | null = null;
    let timer = 0;
    const open = () => {
      source = new EventSource('/api/events');
      source.addEventListener('status', (event: MessageEvent<string>) => {
        const next = readStatus(event.data);
        if (!next) return;
        setStatus((last) => {
          const back = last !== null && ((next.scheduler && !last.scheduler) || (next.callBridge && !last.callBridge));
          if (back) void queries.invalidateQueries();
          return next;
        });
      });
      source.addEventListener('error', () => {
        if (source?.readyState === EventSource.CLOSED) timer = window.setTimeout(open, REOPEN_MS);
      });
    };
    open();
    return () => {
      window.clearTimeout(timer);
      source?.close();
    };
  }, [queries]);

  return <Context value={status}>{children}</Context>;
}

function readStatus(data: string): PartStatus | null {
  try {
    const { callBridge, scheduler } = JSON.parse(data) as Partial<PartStatus>;
    return { callBridge: callBridge === true, scheduler: scheduler === true };
  } catch {
    return null;
  }
}

export const usePartStatus = (): PartStatus | null => useContext(Context);
