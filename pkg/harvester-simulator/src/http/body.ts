import type { IncomingMessage } from 'node:http';
import { parse as parseYaml } from 'yaml';
import { HttpError } from './errors';
import { readProtobuf } from './protobuf';

/** What kube-apiserver takes at most. */
export const BODY_LIMIT = 3 * 1024 * 1024;

/** Reads the body whole. Throws HttpError 413 beyond the limit, and the request is then drained unread. */
export async function readBody(req: IncomingMessage, limit = BODY_LIMIT): Promise<Buffer> {
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
  return Buffer.concat(chunks);
}

function isYaml(req: IncomingMessage): boolean {
  return /\byaml\b/.test(req.headers['content-type'] ?? '');
}

/** What kubectl sends of built-in kinds. */
const PROTOBUF = /^application\/vnd\.kubernetes\.protobuf\b/;

/** Deeper nesting than this is an attack on recursion, not an object. */
const DEEPEST = 200;

function tooDeep(value: unknown, depth: number): boolean {
  if (depth > DEEPEST) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some((item) => tooDeep(item, depth + 1));
}

/** The body as data; an empty body is `undefined`. Throws HttpError 422 `InvalidBodyContent` when it cannot be read. */
export async function readData(req: IncomingMessage): Promise<unknown> {
  const body = await readBody(req);
  const isProtobuf = PROTOBUF.test(req.headers['content-type'] ?? '');
  const text = isProtobuf ? '' : body.toString('utf8');
  if (!isProtobuf && text.trim() === '') return undefined;
  let data: unknown;
  try {
    data = isProtobuf ? readProtobuf(body) : isYaml(req) ? parseYaml(text) : JSON.parse(text);
    if (isProtobuf && data === undefined) throw new HttpError(415, 'UnsupportedMediaType', 'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml');
  } catch (error) {
    if (error instanceof HttpError) throw error;
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
