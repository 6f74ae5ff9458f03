// Every call that the web app makes, one function each.
import { request, type RequestOptions } from './request';
import type {
  Instance,
  Meeting,
  MeetingBody,
  Occurrences,
  PartStatus,
  Person,
  SignedIn,
  Space,
  SpaceDetail,
  SpaceTemplate,
  When,
} from './types';

const SCHEDULER = '/api/v1/scheduler';

export const signIn = (username: string, password: string) =>
  request<SignedIn>('/api/auth', { method: 'POST', body: { username, password, trace: false } });

export const partStatus = () => request<PartStatus>('/api/status');

export const meetingEntry = (callId: string, secret: string, signal?: AbortSignal) =>
  request<{ name: string }>(`/api/meetingEntry?${new URLSearchParams({ callId, secret }).toString()}`, { signal });

/** Sends a request as the signed-in user. */
export type Send = <T>(path: string, options?: RequestOptions) => Promise<T>;

/** The calls of one signed-in user. */
export function callsOf(send: Send) {
  return {
    spaces: async (signal?: AbortSignal) => (await send<{ spaces: Space[] }>('/api/cospaces', { signal })).spaces,

    space: (guid: string, signal?: AbortSignal) =>
      send<SpaceDetail>(`/api/cospaces/${encodeURIComponent(guid)}`, { signal }),

    templates: async (signal?: AbortSignal) =>
      (await send<{ coSpaceTemplates: SpaceTemplate[] }>('/api/coSpaceTemplates', { signal })).coSpaceTemplates,

    lookUpUsers: async (query: string, signal?: AbortSignal) =>
      (await send<{ users: Person[] }>(`/api/userLookup?${new URLSearchParams({ query }).toString()}`, { signal })).users,

    /** `from` and `until` are UTC instants. */
    instances: (from: Date, until: Date, max: number, signal?: AbortSignal) => {
      const query = new URLSearchParams({ fromTime: utc(from), untilTime: utc(until), maxMeetings: String(max) });
      return send<Instance[]>(`${SCHEDULER}/meetings?${query.toString()}`, { signal });
    },

    meeting: (id: string, signal?: AbortSignal) =>
      send<Meeting>(`${SCHEDULER}/meetings/${encodeURIComponent(id)}`, { signal }),

    /** `key` names the request, so that it can be sent again when its answer was lost. */
    createMeeting: (body: MeetingBody, key: string, signal?: AbortSignal) =>
      send<Meeting>(`${SCHEDULER}/meetings`, { method: 'POST', body, key, signal }),

    /** Changes the meeting if it still is as it was shown. */
    changeMeeting: ({ id, etag }: Meeting, body: MeetingBody, key: string, signal?: AbortSignal) =>
      send<Meeting>(`${SCHEDULER}/meetings/${encodeURIComponent(id)}`, {
        method: 'PUT',
        body,
        ifMatch: etag,
        key,
        signal,
      }),

    cancelMeeting: ({ id, etag }: Meeting) =>
      send<Meeting>(`${SCHEDULER}/meetings/${encodeURIComponent(id)}`, { method: 'DELETE', ifMatch: etag }),

    occurrences: (when: When, signal?: AbortSignal) =>
      send<Occurrences>(`${SCHEDULER}/occurrences`, { method: 'POST', body: when, signal }),
  };
}

export type Calls = ReturnType<typeof callsOf>;

/** `2026-11-22T09:00:00Z`: whole seconds, as the API reads them. */
function utc(instant: Date): string {
  return `${instant.toISOString().slice(0, 19)}Z`;
}
