// The words of the web-app API and of the Scheduler's API, as the browser reads and writes them.

export interface SignedIn {
  jwt: string;
  /** UTC instant, `2026-11-22T09:00:00Z`. */
  expiresAt: string;
  user: Person;
  lastLogin: { at: string; address: string } | null;
}

export interface Person {
  id: string;
  userJid: string;
  name: string;
  email: string;
}

export interface PartStatus {
  callBridge: boolean;
  scheduler: boolean;
}

export interface Space {
  guid: string;
  name: string;
  uri: string | null;
  callId: string | null;
}

export interface AccessMethod {
  guid: string;
  name: string;
  uri: string | null;
  callId: string | null;
  passcode: string | null;
  link: string | null;
}

export interface SpaceDetail extends Space {
  canDestroy: boolean;
  accessMethods: AccessMethod[];
  members: { userJid: string; name: string }[];
}

export interface SpaceTemplate {
  id: string;
  name: string;
  description: string;
  accessMethodTemplates: { id: string; name: string }[];
  defaultAccessMethodTemplate: string | null;
}

/** One date of a meeting, as the list gives it. `dtStart` and `dtEnd` are local to `timeZone`. */
export interface Instance {
  meeting: string;
  coSpace: string;
  coSpaceName: string;
  summary: string;
  dtStart: string;
  dtEnd: string;
  timeZone: string;
  recurrence: string | null;
  isFullDayMeeting: boolean;
  dtStartUtc: string;
  dtEndUtc: string;
  organizer: { name: string; email: string; userJid: string };
  isOrganizer: boolean;
  rrule: string | null;
  status: 'CONFIRMED' | 'CANCELLED';
  joinLink: string | null;
}

export interface JoinDetails {
  role: string;
  link: string | null;
  meetingId: string | null;
  passcode: string | null;
  uri: string | null;
}

export type MailState = 'queued' | 'sent' | 'deferred' | 'failed' | 'bounced' | 'withdrawn';

export interface Attendee {
  email: string;
  name: string | null;
  role: string | null;
  mail?: { state: MailState; detail: string | null; at: string } | null;
}

export interface Meeting {
  id: string;
  /** What a change says in If-Match, so that nobody's change is lost. */
  etag: string;
  status: 'CONFIRMED' | 'CANCELLED';
  summary: string;
  description: string;
  dtStart: string;
  dtEnd: string;
  timeZone: string;
  isFullDayMeeting: boolean;
  rrule: string | null;
  rdate: string[];
  exdate: string[];
  /** Null when no date comes out of the rule. */
  dtStartUtc: string | null;
  dtEndUtc: string | null;
  seriesEndUtc: string | null;
  organizer: { name: string; email: string; userJid: string; role: string | null };
  isOrganizer: boolean;
  attendees: Attendee[];
  coSpace: string;
  coSpaceName: string;
  coSpaceTemplate: string | null;
  temporarySpace: boolean;
  language: string;
  join: JoinDetails | null;
  accessMethods?: JoinDetails[];
}

/** When a meeting is: what the Scheduler needs to list its dates. */
export interface When {
  dtStart: string;
  dtEnd: string;
  timeZone: string;
  isFullDayMeeting: boolean;
  rrule: string | null;
  rdate: string[];
  exdate: string[];
}

export interface MeetingBody extends When {
  summary: string;
  description: string;
  attendees: { email: string; name?: string; role?: string }[];
  organizerRole?: string;
  coSpace?: string;
  coSpaceTemplate?: string;
  language: 'en' | 'ko';
}

export interface Occurrences {
  occurrences: { recurrence: string; dtStart: string; dtEnd: string; dtStartUtc: string; dtEndUtc: string }[];
  /** Null for a series without end. */
  total: number | null;
}
