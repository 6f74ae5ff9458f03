// Short messages about what has just been done, in a corner, until they are closed or have been there long enough to read twice.
import { createContext, useCallback, useContext, useEffect, useState, type ReactNode } from 'react';
import { useText } from '../messages/language';
import { usePlace } from '../router';
import { Button } from './buttons';
import { Check, Cross } from './icons';

/** Time that a toast stays when the pointer and the focus are elsewhere. */
const STAYS_MS = 20_000;
const MOST = 3;

interface Toast {
  id: number;
  title: string;
  detail: string;
  action?: ReactNode;
  /** Page on which it was said: it goes when one leaves that. */
  path: string;
}

const Context = createContext<(toast: Omit<Toast, 'id' | 'path'>) => void>(() => undefined);

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<Toast[]>([]);
  const show = useCallback((toast: Omit<Toast, 'id' | 'path'>) => {
    setToasts((list) => [...list, { ...toast, path: window.location.pathname, id: (list.at(-1)?.id ?? 0) + 1 }].slice(-MOST));
  }, []);
  const close = useCallback((id: number) => {
    setToasts((list) => list.filter((toast) => toast.id !== id));
  }, []);
  const { path } = usePlace();

  return (
    <Context value={show}>
      {children}
      <div className="toasts" role="status" aria-live="polite">
        {toasts.filter((toast) => toast.path === path).map((toast) => (
          <ToastCard key={toast.id} toast={toast} onClose={() => { close(toast.id); }} />
        ))}
      </div>
    </Context>
  );
}

function ToastCard({ toast, onClose }: { toast: Toast; onClose: () => void }) {
  const text = useText();
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = window.setTimeout(onClose, STAYS_MS);
    return () => { window.clearTimeout(timer); };
  }, [held, onClose]);

  return (
    <div
      className="toast"
      onPointerEnter={() => { setHeld(true); }}
      onPointerLeave={() => { setHeld(false); }}
      onFocus={() => { setHeld(true); }}
      onBlur={() => { setHeld(false); }}
    >
      <Check />
      <div className="toast-text">
        <strong>{toast.title}</strong>
        <span>{toast.detail}</span>
      </div>
      {toast.action}
      <Button look="quiet" small aria-label={text.schedule.close} onPress={onClose}><Cross /></Button>
    </div>
  );
}

export const useToast = () => useContext(Context);
