import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import busboy from 'busboy';

/** A body that ended before its time: the browser's tab was closed, the proxy gave up. */
const CUT = 'unexpected EOF';

/** The file of an upload: the first file field of a multipart form, or the body itself. Nothing is buffered. */
export async function openUploadBody(req: IncomingMessage): Promise<Readable> {
  const type = req.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) {
    req.once('close', () => {
      if (!req.complete) req.destroy(new Error(CUT));
    });
    return req;
  }
  return new Promise((resolve, reject) => {
    let parser: busboy.Busboy;
    try {
      parser = busboy({ headers: req.headers, limits: { files: 1 } });
    } catch (error) {
      reject(new Error('no multipart boundary param in Content-Type', { cause: error }));
      return;
    }
    let file: Readable | undefined;
    parser.once('file', (_field, stream) => {
      file = stream;
      resolve(stream);
    });
    parser.once('error', (error) => {
      file?.destroy(error as Error);
      reject(error as Error);
    });
    parser.once('close', () => reject(new Error('request has no file field')));
    req.once('close', () => {
      if (req.complete) return;
      file?.destroy(new Error(CUT));
      reject(new Error(CUT));
    });
    req.pipe(parser);
  });
}

/** Takes the first bytes off a stream without losing any: they are given back by `rest`. */
export async function takeHead(body: Readable, bytes: number): Promise<{ head: Buffer; rest: AsyncIterable<Buffer> }> {
  const chunks = (body as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  const parts: Buffer[] = [];
  let length = 0;
  while (length < bytes) {
    const { done, value } = await chunks.next();
    if (done === true) break;
    parts.push(value);
    length += value.length;
  }
  const taken = Buffer.concat(parts);
  async function* rest(): AsyncGenerator<Buffer> {
    if (taken.length > 0) yield taken;
    for (;;) {
      const { done, value } = await chunks.next();
      if (done === true) return;
      yield value;
    }
  }
  return { head: taken.subarray(0, bytes), rest: rest() };
}
