// One place that talks HTTP: adds the token, reads JSON, turns every failure into an ApiProblem.
import { ApiProblem, problemOf } from './problem';

export interface RequestOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  body?: unknown;
  /** The ETag that a change starts from. */
  ifMatch?: string;
  /** A name of the request: sent twice, it is carried out once. */
  key?: string;
  token?: string;
  signal?: AbortSignal | undefined;
}

export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (options.token !== undefined) headers.Authorization = `Bearer ${options.token}`;
  if (options.ifMatch !== undefined) headers['If-Match'] = options.ifMatch;
  if (options.key !== undefined) headers['Idempotency-Key'] = options.key;
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';

  let response: Response;
  try {
    response = await fetch(path, {
      method: options.method ?? 'GET',
      headers,
      body: options.body === undefined ? null : JSON.stringify(options.body),
      signal: options.signal ?? null,
      cache: 'no-store',
      credentials: 'omit',
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiProblem('offline', 0, '');
  }
  const body = await bodyOf(response);
  if (!response.ok) throw problemOf(response.status, body);
  return body as T;
}

async function bodyOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    if (response.ok) throw new ApiProblem('server', response.status, '');
    return null;
  }
}
