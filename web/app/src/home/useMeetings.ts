// The signed-in user's meetings from now on, month by month.
import { keepPreviousData, useQuery, type QueryClient } from '@tanstack/react-query';
import type { Instance } from '../api/types';
import { useSession } from '../session/session';
import { usePartStatus } from '../session/status';

/** Length of one look into the list; the API allows 366 days at most. */
export const MONTH_DAYS = 31;
/** The most that one call gives. */
export const LIST_MAX = 1_000;
const REFRESH_MS = 60_000;
const DAY_MS = 86_400_000;

interface MeetingList {
  list: Instance[];
  until: Date;
  /** Whether there may be more than one call gives. */
  full: boolean;
}

/** Takes a cancelled meeting out of the lists at once, before they are asked for again. */
export function forgetMeeting(queries: QueryClient, id: string): void {
  queries.setQueriesData<MeetingList>({ queryKey: ['meetings', 'list'] }, (known) =>
    known && { ...known, list: known.list.filter(({ meeting }) => meeting !== id) });
}

/** Confirmed dates from `now` on that begin within `months` months. Off while no scheduler is connected. */
export function useMeetings(now: Date, months: number) {
  const { calls } = useSession();
  const connected = usePartStatus()?.scheduler !== false;
  return useQuery({
    queryKey: ['meetings', 'list', months],
    queryFn: async ({ signal }): Promise<MeetingList> => {
      const from = new Date();
      const until = new Date(from.getTime() + months * MONTH_DAYS * DAY_MS);
      const list = await calls.instances(from, until, LIST_MAX, signal);
      return { list: list.filter(({ status }) => status !== 'CANCELLED'), until, full: list.length === LIST_MAX };
    },
    enabled: connected,
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
    select: ({ list, ...rest }) => ({ ...rest, list: list.filter(({ dtEndUtc }) => Date.parse(dtEndUtc) > now.getTime()) }),
  });
}

export function useSpaces() {
  const { calls } = useSession();
  return useQuery({ queryKey: ['spaces'], queryFn: ({ signal }) => calls.spaces(signal) });
}
