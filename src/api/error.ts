import type { ApiFailure } from './contract';

/** Code of a call that got no answer at all. */
export const NETWORK_ERROR = 'NetworkError';
/** Code of a call that its caller gave up. */
export const ABORTED = 'Aborted';

const WEBHOOK_PREFIX = /^.*?admission webhook "[^"]*" denied the request: /s;
const LONGEST_MESSAGE = 2000;

/** What every method of `HarvesterApi` rejects with. */
export class ApiError extends Error implements ApiFailure {
  readonly status: number;
  readonly code: string;
  readonly raw: string;
  readonly isAbort: boolean;

  constructor(failure: ApiFailure) {
    super(failure.message);
    this.name = 'ApiError';
    this.status = failure.status;
    this.code = failure.code;
    this.raw = failure.raw;
    this.isAbort = failure.isAbort;
  }
}

interface HttpFailure {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly name?: unknown;
  readonly response?: { readonly status?: unknown; readonly statusText?: unknown; readonly data?: unknown } | null;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function wordsFor(status: number, statusText: string): string {
  const words = statusText || (status === 404 ? 'Not Found' : '');

  return words ? `${ words } (HTTP ${ status })` : `HTTP ${ status }`;
}

function codeFor(status: number): string {
  const codes: Record<number, string> = { 401: 'Unauthorized', 403: 'Forbidden', 404: 'NotFound', 409: 'Conflict', 422: 'Invalid' };

  return codes[status] ?? '';
}

/** A proxy's HTML page is no message: its title is. */
function wordsOfText(body: string, status: number, statusText: string): string {
  const trimmed = body.trim();

  if (!trimmed.startsWith('<')) {
    return trimmed || wordsFor(status, statusText);
  }
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(trimmed)?.[1]?.trim();

  return title || wordsFor(status, statusText);
}

function fromAnswer(status: number, statusText: string, data: unknown): ApiError {
  const isJson = isRecord(data);
  const raw = isJson ? JSON.stringify(data) : data === null || data === undefined ? '' : String(data);
  const spoken = isJson ? text(data.message) || text(data.detail) || raw : wordsOfText(raw, status, statusText);
  const message = spoken.replace(WEBHOOK_PREFIX, '').slice(0, LONGEST_MESSAGE) || wordsFor(status, statusText);
  // Plain text comes from Harvester's action handlers, which name no code; an empty body has only its status.
  const code = isJson ? text(data.code) || text(data.reason) || codeFor(status) : raw ? '' : codeFor(status);

  return new ApiError({ status, code, message, raw: isJson && text(data.message) ? text(data.message) : raw, isAbort: false });
}

/**
 * Any rejection of the HTTP client as an `ApiError`. Reads Steve's JSON errors, Kubernetes `Status` objects, the plain
 * text of Harvester's action handlers, empty bodies (an unknown schema answers so) and the HTML of proxies.
 */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) {
    return error;
  }
  const failure: HttpFailure = isRecord(error) ? error : {};
  const response = failure.response;

  if (response && typeof response.status === 'number') {
    return fromAnswer(response.status, text(response.statusText), response.data);
  }
  const isAbort = failure.code === 'ERR_CANCELED' || failure.name === 'CanceledError' || failure.name === 'AbortError';
  const raw = text(failure.message) || String(error);

  return new ApiError({
    status: 0,
    code: isAbort ? ABORTED : NETWORK_ERROR,
    message: isAbort ? 'Cancelled' : `The server did not answer (${ raw })`,
    raw,
    isAbort
  });
}
