// Opens the scheduling dialogue from anywhere, and keeps what was typed: also when the session ends in the middle and one signs in again.
import { now } from '@internationalized/date';
import { createContext, lazy, Suspense, useContext, useMemo, useState, type ReactNode } from 'react';
import type { Meeting } from '../api/types';
import { useSessionState } from '../session/session';
import { ownZone } from '../time/zones';
import { draftOf, firstDraft, type Draft, type Step } from './draft';

const ScheduleDialogue = lazy(() => import('./ScheduleDialogue').then((module) => ({ default: module.ScheduleDialogue })));

/** A meeting in the making, or being changed. */
export interface Work {
  draft: Draft;
  /** As it was at the beginning, to know whether something was typed. */
  first: Draft;
  step: Step;
  /** The meeting that is changed; null for a new one. */
  editing: Meeting | null;
  /** Whose work it is: nobody else sees it after signing in. */
  owner: string;
}

interface Host {
  openSchedule: (options?: { space?: string }) => void;
  openEdit: (meeting: Meeting) => void;
}

const Context = createContext<Host>({ openSchedule: () => undefined, openEdit: () => undefined });

export function ScheduleHost({ children }: { children: ReactNode }) {
  const { session } = useSessionState();
  const [work, setWork] = useState<Work | null>(null);
  const owner = session?.user.userJid ?? '';

  const host = useMemo<Host>(
    () => ({
      openSchedule: (options) => {
        const plain = firstDraft(now(ownZone()), null);
        const draft: Draft = options?.space ? { ...plain, place: 'existing', space: options.space } : plain;
        setWork({ draft, first: draft, step: 1, editing: null, owner });
      },
      openEdit: (meeting) => {
        const draft = draftOf(meeting);
        setWork({ draft, first: draft, step: 1, editing: meeting, owner });
      },
    }),
    [owner],
  );

  return (
    <Context value={host}>
      {children}
      {session && work?.owner === owner ? (
        <Suspense>
          <ScheduleDialogue work={work} onChange={setWork} onClose={() => { setWork(null); }} />
        </Suspense>
      ) : null}
    </Context>
  );
}

export const useSchedule = (): Host => useContext(Context);
