// Messages that stand in the page: what went wrong in plain words, and what is being waited for.
import { useEffect, useState, type ReactNode } from 'react';
import type { ApiProblem } from '../api/problem';
import type { Messages } from '../messages/en';
import { useText } from '../messages/language';
import { Button } from './buttons';
import { Info, Warning } from './icons';

/** Waits shorter than this are not mentioned. */
const SILENT_MS = 300;

interface NoticeProps {
  tone?: 'quiet' | 'danger';
  children: ReactNode;
  action?: ReactNode;
}

export function Notice({ tone = 'quiet', children, action }: NoticeProps) {
  return (
    <div className={`notice ${tone}`} role={tone === 'danger' ? 'alert' : 'status'}>
      {tone === 'danger' ? <Warning /> : <Info />}
      <div className="notice-text">{children}</div>
      {action}
    </div>
  );
}

/** One sentence for a failed request. */
export function problemText(problem: ApiProblem, text: Messages): string {
  switch (problem.kind) {
    case 'notConnected':
      if (problem.part === 'database') return text.problem.database;
      return problem.part === 'scheduler' ? text.problem.scheduler : text.problem.callBridge;
    case 'signInAgain':
      return text.signIn.ended;
    default:
      return text.problem[problem.kind];
  }
}

export function ProblemNotice({ problem, onRetry }: { problem: ApiProblem; onRetry?: () => void }) {
  const text = useText();
  const again = onRetry && problem.kind !== 'notFound' && problem.kind !== 'forbidden';
  return (
    <Notice tone="danger" action={again ? <Button small onPress={onRetry}>{text.problem.tryAgain}</Button> : null}>
      <p>{problemText(problem, text)}</p>
    </Notice>
  );
}

/** Says what is awaited, once the wait is long enough to be noticed. */
export function Awaiting({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => { setShown(true); }, SILENT_MS);
    return () => { window.clearTimeout(timer); };
  }, []);
  return (
    <p className="awaiting" role="status">
      {shown ? <><span className="spinner" aria-hidden="true" /> {children}</> : null}
    </p>
  );
}
