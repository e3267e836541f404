import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What is wrong with the answers for a file. */
export type ImageFault = 'none' | 'not-found' | 'not-found-brief' | 'no-length' | 'no-head' | 'no-ranges' | 'slow' | 'error' | 'empty';

export interface ImageServer {
  readonly origin: string;
  /** Address of a file served with a fault. */
  url(fault?: ImageFault, name?: string): string;
  /** Method and path of every request, in order. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** A real qcow2 file of this virtual size, by qemu-img where it is installed. */
export function makeQcow2(virtualSize: number): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'lhv2-qcow2-'));

  try {
    const file = join(folder, 'boot.qcow2');

    execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', file, String(virtualSize)], { stdio: 'pipe' });

    return readFileSync(file);
  } catch {
    return qcow2Header(virtualSize);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Version 3 header with the first cluster behind it: what reads the size of an image reads no further. */
export function qcow2Header(virtualSize: number): Buffer {
  const image = Buffer.alloc(196_608);

  image.write('QFI\xfb', 0, 'latin1');
  image.writeUInt32BE(3, 4);
  image.writeUInt32BE(16, 20);
  image.writeBigUInt64BE(BigInt(virtualSize), 24);
  image.writeUInt32BE(Math.ceil(virtualSize / (65_536 * 8192)), 36);
  image.writeBigUInt64BE(196_608n, 40);
  image.writeBigUInt64BE(65_536n, 48);
  image.writeUInt32BE(1, 56);
  image.writeUInt32BE(4, 96);
  image.writeUInt32BE(104, 100);

  return image;
}

const SLOW_CHUNK = 16 * 1024;
const SLOW_PAUSE = 100;

function range(req: IncomingMessage, size: number): { from: number; to: number } | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(req.headers.range ?? '');

  if (!match) {
    return null;
  }
  const [, from = '', to = ''] = match;

  return from === '' ? { from: Math.max(0, size - Number(to)), to: size - 1 } : { from: Number(from), to: Math.min(size - 1, to === '' ? size - 1 : Number(to)) };
}

async function trickle(res: ServerResponse, body: Buffer): Promise<void> {
  for (let at = 0; at < body.length && !res.destroyed; at += SLOW_CHUNK) {
    res.write(body.subarray(at, at + SLOW_CHUNK));
    await new Promise((resolve) => setTimeout(resolve, SLOW_PAUSE));
  }
  res.end();
}

const errorPage = (title: string): string => `<html>\r\n<head><title>${ title }</title></head>\r\n<body>\r\n<center><h1>${ title }</h1></center>\r\n<hr><center>nginx/1.27.4</center>\r\n</body>\r\n</html>\r\n`;

/** The common web server's error page is longer than the header of an image, others' is not: Harvester tells them apart. */
const REFUSALS: Partial<Record<ImageFault, { readonly status: number; readonly page: string }>> = {
  'not-found': { status: 404, page: errorPage('404 Not Found') },
  'not-found-brief': { status: 404, page: 'no such image' },
  error: { status: 500, page: errorPage('500 Internal Server Error') }
};

function answer(req: IncomingMessage, res: ServerResponse, file: Buffer, fault: ImageFault): void {
  const isHead = req.method === 'HEAD';
  const headers: Record<string, string | number> = { 'content-type': 'application/octet-stream' };
  const refusal = REFUSALS[fault];

  if (refusal) {
    res.writeHead(refusal.status, { 'content-type': 'text/html', 'content-length': refusal.page.length }).end(isHead ? undefined : refusal.page);

    return;
  }
  if (fault === 'no-head' && isHead) {
    res.writeHead(405, { allow: 'GET' }).end();

    return;
  }
  const asked = fault === 'no-ranges' || fault === 'no-length' ? null : range(req, file.length);
  const body = fault === 'empty' ? Buffer.alloc(0) : asked ? file.subarray(asked.from, asked.to + 1) : file;

  if (fault !== 'no-length') {
    headers['content-length'] = body.length;
  }
  if (fault !== 'no-ranges' && fault !== 'no-length') {
    headers['accept-ranges'] = 'bytes';
  }
  if (asked) {
    headers['content-range'] = `bytes ${ asked.from }-${ asked.to }/${ file.length }`;
  }
  res.writeHead(asked ? 206 : 200, headers);
  if (isHead) {
    res.end();
  } else if (fault === 'slow') {
    void trickle(res, body);
  } else {
    res.end(body);
  }
}

/** A web server on loopback with one image at `/<fault>/<any name>`. */
export async function startImageServer(file: Buffer = makeQcow2(2 ** 31)): Promise<ImageServer> {
  const requests: string[] = [];
  const server = createServer((req, res) => {
    const path = new URL(req.url ?? '/', 'http://localhost').pathname;

    requests.push(`${ req.method ?? '' } ${ path }`);
    answer(req, res, file, path.split('/')[1] as ImageFault);
  });

  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const origin = `http://127.0.0.1:${ (server.address() as AddressInfo).port }`;

  return {
    origin,
    requests,
    url: (fault = 'none', name = 'boot.qcow2') => `${ origin }/${ fault }/${ name }`,
    close: () => new Promise((resolve) => {
      server.close(() => { resolve(); });
      server.closeAllConnections();
    })
  };
}
