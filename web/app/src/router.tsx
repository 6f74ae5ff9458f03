// Where in the app one is: the path and query of the address, links that change it, and the page's title and focus after that.
import { createContext, useContext, useEffect, useMemo, useSyncExternalStore, type ReactNode } from 'react';
import { RouterProvider } from 'react-aria-components';

const CHANGED = 'convoke:navigated';

function subscribe(onChange: () => void): () => void {
  window.addEventListener('popstate', onChange);
  window.addEventListener(CHANGED, onChange);
  return () => {
    window.removeEventListener('popstate', onChange);
    window.removeEventListener(CHANGED, onChange);
  };
}

const addressNow = () => window.location.pathname + window.location.search;

/** Goes to a path of this app. */
export function navigate(to: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'replace') window.history.replaceState(null, '', to);
  else window.history.pushState(null, '', to);
  window.dispatchEvent(new Event(CHANGED));
  window.scrollTo(0, 0);
}

export interface Place {
  path: string;
  query: URLSearchParams;
}

const Context = createContext<Place | null>(null);

export function Router({ children }: { children: ReactNode }) {
  const address = useSyncExternalStore(subscribe, addressNow);
  const place = useMemo(() => {
    const url = new URL(address, window.location.origin);
    return { path: url.pathname, query: url.searchParams };
  }, [address]);
  return (
    <Context value={place}>
      <RouterProvider navigate={(to) => { navigate(to); }}>{children}</RouterProvider>
    </Context>
  );
}

export function usePlace(): Place {
  const place = useContext(Context);
  if (place === null) throw new Error('usePlace outside Router');
  return place;
}

/** The path of a full address when it is one of this server, else null. */
export function ownPath(link: string): string | null {
  try {
    const url = new URL(link, window.location.origin);
    return url.origin === window.location.origin ? url.pathname + url.search : null;
  } catch {
    return null;
  }
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === '' ? 'Convoke' : `${title} · Convoke`;
  }, [title]);
}
