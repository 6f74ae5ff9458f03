// What can go wrong with a request, as one value that pages can show: never an exception's text.

/** One fault in what was sent. `field` is the JSON name, such as `attendees[2].email`; `code` is stable and translatable. */
export interface Fault {
  field: string;
  code: string;
  reason: string;
}

export type ProblemKind =
  | 'offline' // no answer came
  | 'notConnected' // the web bridge has no such part at the moment (503)
  | 'signInAgain' // the token is missing, wrong or past its time (401)
  | 'invalid' // the request has faults (400, 422)
  | 'forbidden'
  | 'notFound'
  | 'conflict'
  | 'tooMany' // rate limited (429)
  | 'server';

/** A failed request. `part` says which part is not connected. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly kind: ProblemKind;
  readonly status: number;
  readonly part: string | null;
  readonly faults: Fault[];

  constructor(kind: ProblemKind, status: number, detail: string, part: string | null = null, faults: Fault[] = []) {
    super(detail);
    this.kind = kind;
    this.status = status;
    this.part = part;
    this.faults = faults;
  }
}

const KIND_OF_STATUS: Record<number, ProblemKind> = {
  400: 'invalid',
  401: 'signInAgain',
  403: 'forbidden',
  404: 'notFound',
  409: 'conflict',
  412: 'conflict',
  422: 'invalid',
  429: 'tooMany',
  502: 'notConnected',
  503: 'notConnected',
  504: 'notConnected',
};

/** Reads an `application/problem+json` body; a body of any other shape still gives a problem of the status. */
export function problemOf(status: number, body: unknown): ApiProblem {
  const fields = isRecord(body) ? body : {};
  const part = typeof fields.part === 'string' ? fields.part : null;
  const kind = KIND_OF_STATUS[status] ?? 'server';
  const detail = typeof fields.detail === 'string' ? fields.detail : typeof fields.title === 'string' ? fields.title : '';
  return new ApiProblem(kind, status, detail, part, faultsOf(fields.errors));
}

function faultsOf(errors: unknown): Fault[] {
  if (!Array.isArray(errors)) return [];
  return errors.filter(isRecord).map((error) => ({
    field: typeof error.field === 'string' ? error.field : '',
    code: typeof error.code === 'string' ? error.code : 'invalid',
    reason: typeof error.reason === 'string' ? error.reason : '',
  }));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Any thrown value as a problem (a bug in the app counts as `server`, an aborted request as `offline`). */
export function asProblem(error: unknown): ApiProblem {
  return error instanceof ApiProblem ? error : new ApiProblem('server', 0, '');
}
