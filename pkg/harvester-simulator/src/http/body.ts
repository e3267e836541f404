import type { IncomingMessage } from 'node:http';
import { parse as parseYaml } from 'yaml';
import { HttpError } from './errors';

/** What kube-apiserver takes at most. */
export const BODY_LIMIT = 3 * 1024 * 1024;

/** Reads the body whole. Throws HttpError 413 beyond the limit, and the request is then drained unread. */
export async function readBody(req: IncomingMessage, limit = BODY_LIMIT): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  let isTooLarge = Number(req.headers['content-length'] ?? 0) > limit;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) isTooLarge = true;
    if (isTooLarge) chunks.length = 0;
    else chunks.push(chunk);
    // Draining a body without end would be a way to hold the server.
    if (size > limit * 16) throw new HttpError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${String(limit)}`);
  }
  if (isTooLarge) throw new HttpError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${String(limit)}`);
  return Buffer.concat(chunks).toString('utf8');
}

function isYaml(req: IncomingMessage): boolean {
  return /\byaml\b/.test(req.headers['content-type'] ?? '');
}

/** Deeper nesting than this is an attack on recursion, not an object. */
const DEEPEST = 200;

function tooDeep(value: unknown, depth: number): boolean {
  if (depth > DEEPEST) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some((item) => tooDeep(item, depth + 1));
}

/** The body as data; an empty body is `undefined`. Throws HttpError 422 `InvalidBodyContent` when it cannot be read. */
export async function readData(req: IncomingMessage): Promise<unknown> {
  const text = await readBody(req);
  if (text.trim() === '') return undefined;
  let data: unknown;
  try {
    data = isYaml(req) ? parseYaml(text) : JSON.parse(text);
  } catch (error) {
    throw new HttpError(422, 'InvalidBodyContent', `Failed to parse body: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (tooDeep(data, 0)) throw new HttpError(422, 'InvalidBodyContent', 'Failed to parse body: exceeded max depth');
  return data;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The body as an object. */
export async function readObject(req: IncomingMessage): Promise<Record<string, unknown>> {
  const data = await readData(req);
  if (!isRecord(data)) throw new HttpError(422, 'InvalidBodyContent', 'Failed to parse body: a JSON object is required');
  return data;
}
