import { compressionOf, HEAD_BYTES, qcow2VirtualSize } from './qcow2';

export interface RemoteAccess {
  /** Whether hosts other than this machine's loopback may be contacted. */
  allowRemote: boolean;
}

export interface RemoteImage {
  /** File size in bytes. */
  size: number;
  /** Disk size in bytes; the file size when the file is no qcow2. */
  virtualSize: number;
}

const TIMEOUT = 30_000;

function isLoopback(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  return name === 'localhost' || name.endsWith('.localhost') || name === '::1' || /^127(?:\.\d{1,3}){3}$/.test(name);
}

/** The reason inside node's `fetch failed`, worded as Go's net package words it. */
function dialReason(error: unknown, url: URL): string {
  const cause = (error as { cause?: { code?: string; message?: string; hostname?: string } }).cause;
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  const host = `${url.hostname === 'localhost' ? '127.0.0.1' : url.hostname}:${port}`;
  switch (cause?.code) {
    case 'ECONNREFUSED':
      return `dial tcp ${host}: connect: connection refused`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `dial tcp: lookup ${url.hostname}: no such host`;
    case 'ECONNRESET':
      return 'read: connection reset by peer';
    case 'UND_ERR_SOCKET':
      return 'EOF';
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
      return `dial tcp ${host}: i/o timeout`;
    default:
      if (error instanceof Error && error.name === 'TimeoutError') return 'context deadline exceeded';
      return cause?.message ?? (error instanceof Error ? error.message : String(error));
  }
}

function verbOf(method: string): string {
  return method.charAt(0) + method.slice(1).toLowerCase();
}

/**
 * One request as Go's default client makes it; errors read `Get "<url>": <reason>`.
 * Nothing but loopback is contacted unless allowed.
 */
async function request(method: 'GET' | 'HEAD', address: string, access: RemoteAccess, headers: Record<string, string> = {}): Promise<Response> {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw new Error(`${verbOf(method)} "${address}": unsupported protocol scheme ""`);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new Error(`${verbOf(method)} "${address}": unsupported protocol scheme "${url.protocol.slice(0, -1)}"`);
  }
  let location = url;
  for (let hop = 0; hop < 10; hop += 1) {
    if (!access.allowRemote && !isLoopback(location.hostname)) {
      throw new Error(`${verbOf(method)} "${location.href}": dial tcp: lookup ${location.hostname}: the simulator only contacts this machine (allow remote hosts with its allowRemote option)`);
    }
    let response: Response;
    try {
      response = await fetch(location, { method, headers: { 'user-agent': 'Go-http-client/1.1', 'accept-encoding': 'identity', ...headers }, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT) });
    } catch (error) {
      throw new Error(`${verbOf(method)} "${location.href}": ${dialReason(error, location)}`, { cause: error });
    }
    const next = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || next === null) return response;
    await response.body?.cancel();
    location = new URL(next, location);
  }
  throw new Error(`${verbOf(method)} "${address}": stopped after 10 redirects`);
}

/** Reads at most `limit` bytes and drops the rest of the stream. */
async function readHead(response: Response, limit: number): Promise<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return new Uint8Array();
  const parts: Uint8Array[] = [];
  let length = 0;
  while (length < limit) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    length += value.byteLength;
  }
  await reader.cancel().catch(() => undefined);
  return new Uint8Array(Buffer.concat(parts)).subarray(0, limit);
}

async function fetchHead(url: string, access: RemoteAccess): Promise<Uint8Array> {
  const response = await request('GET', url, access, { range: `bytes=0-${HEAD_BYTES - 1}` });
  return readHead(response, HEAD_BYTES);
}

async function fetchSize(url: string, access: RemoteAccess): Promise<number> {
  const response = await request('HEAD', url, access);
  await response.body?.cancel();
  const text = response.headers.get('content-length') ?? response.headers.get('x-goog-stored-content-length') ?? '';
  if (text === '') throw new Error('Content-Length is not found in the header');
  const size = Number(text);
  if (!Number.isSafeInteger(size)) throw new Error(`strconv.ParseInt: parsing "${text}": invalid syntax`);
  return size;
}

/**
 * What Harvester's CDI backend learns of a URL before it creates the data volume: a ranged GET for the qcow2 header, a
 * HEAD for the length. As there, the status code of neither is looked at (harvester pkg/image/cdi/common.go).
 *
 * @throws Error with the text that ends up in the image's conditions.
 */
export async function inspectRemoteImage(url: string, access: RemoteAccess): Promise<RemoteImage> {
  let head: Uint8Array;
  try {
    head = await fetchHead(url, access);
    if (head.byteLength < HEAD_BYTES) throw new Error('content length is less than 128 bytes');
  } catch (error) {
    throw new Error(`failed to fetch image virtual size: ${(error as Error).message}`, { cause: error });
  }
  let size: number;
  try {
    size = await fetchSize(url, access);
  } catch (error) {
    throw new Error(`failed to fetch image size: ${(error as Error).message}`, { cause: error });
  }
  const virtualSize = qcow2VirtualSize(head);
  return { size, virtualSize: virtualSize === 0 ? size : virtualSize };
}

/**
 * The check the backing image backend makes: a HEAD that must answer 2xx or 3xx.
 * The size is 0 when the server does not tell it.
 */
export async function checkRemoteUrl(url: string, access: RemoteAccess): Promise<number> {
  const response = await request('HEAD', url, access);
  await response.body?.cancel();
  if (response.status < 200 || response.status >= 400) throw new Error(`got ${response.status} status code from ${url}`);
  const size = Number(response.headers.get('content-length') ?? '0');
  return Number.isSafeInteger(size) ? size : 0;
}

export interface ImportSource {
  /** Bytes to transfer; 0 when unknown. */
  size: number;
  virtualSize: number;
  compression?: 'gzip' | 'xz';
}

/**
 * The importer pod's own look at the source, with CDI's error texts.
 *
 * @throws Error when the pod would exit with a message.
 */
export async function openImportSource(url: string, access: RemoteAccess): Promise<ImportSource> {
  let response: Response;
  try {
    response = await request('GET', url, access, { range: `bytes=0-${HEAD_BYTES - 1}` });
  } catch (error) {
    throw new Error(`Unable to connect to http data source: ${(error as Error).message}`, { cause: error });
  }
  if (response.status !== 200 && response.status !== 206) {
    await response.body?.cancel();
    throw new Error(`Unable to connect to http data source: expected status code 200, got ${response.status}. Status: ${response.status} ${response.statusText}`);
  }
  const range = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '');
  const length = range === null ? Number(response.headers.get('content-length') ?? '0') : Number(range[1]);
  const head = await readHead(response, HEAD_BYTES);
  const size = Number.isSafeInteger(length) ? length : 0;
  const virtualSize = qcow2VirtualSize(head);
  return { size, virtualSize: virtualSize === 0 ? size : virtualSize, compression: compressionOf(head) };
}
