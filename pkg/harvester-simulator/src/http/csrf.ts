import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** The cookies of a request. */
export function cookiesOf(req: IncomingMessage): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of (req.headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0) cookies.set(pair.slice(0, at).trim(), pair.slice(at + 1).trim());
  }
  return cookies;
}

function isBrowser(req: IncomingMessage): boolean {
  return (req.headers['user-agent'] ?? '').includes('Mozilla');
}

/** Headers and cookies that every answer carries: a browser gets a session and a CSRF token when it has none. */
export function greet(req: IncomingMessage, res: ServerResponse, session: string | undefined): void {
  res.setHeader('x-api-cattle-auth', 'true');
  // By which a page knows that there is something to control, without asking a real cluster for it.
  res.setHeader('server', 'harvester-simulator');
  if (!isBrowser(req)) return;
  const cookies = cookiesOf(req);
  const set: string[] = [];
  if (!cookies.has('CSRF')) set.push(`CSRF=${randomBytes(16).toString('hex')}; Path=/; SameSite=Strict`);
  if (session !== undefined && !cookies.has('R_SESS')) set.push(`R_SESS=${session}; Path=/; SameSite=Strict`);
  if (set.length > 0) res.setHeader('set-cookie', set);
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** apiserver's `CheckCSRF`: browsers must send the cookie's value along with anything that is not a read. */
export function isCsrfValid(req: IncomingMessage, url: URL): boolean {
  if (!isBrowser(req) || SAFE.has(req.method ?? 'GET')) return true;
  const cookie = cookiesOf(req).get('CSRF');
  if (cookie === undefined || cookie === '') return false;
  return req.headers['x-api-csrf'] === cookie || url.searchParams.get('CSRF') === cookie;
}
