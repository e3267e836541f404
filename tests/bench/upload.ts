/**
 * What an upload costs the simulator in memory: `npx tsx tests/bench/upload.ts [GiB]` streams that much (4) into an
 * image, as a form and as a raw body, into a server that has just started and into one that took a small upload before.
 * Prints one JSON object; `growthMB` is the peak of the server's resident memory over what it had before (goal: below 50).
 */
import { request } from 'node:http';
import { startServer, type RunningServer } from './support/server';

const GIB = 1024 ** 3;
const MB = 1e6;
const SIZE = Number(process.argv[2] ?? 4) * GIB;
const WARM_UP = 64 * 1024 ** 2;
const CHUNK = Buffer.alloc(1024 ** 2);
const BOUNDARY = 'bench-boundary';
const SAMPLE_MS = 50;

type Form = 'multipart' | 'raw';

async function createImage({ url }: RunningServer, name: string): Promise<void> {
  const response = await fetch(`${ url }/v1/harvester/harvesterhci.io.virtualmachineimages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      type: 'harvesterhci.io.virtualmachineimage',
      metadata: { name, namespace: 'default', annotations: { 'harvesterhci.io/storageClassName': 'longhorn-v2' } },
      spec: { backend: 'cdi', displayName: name, sourceType: 'upload', targetStorageClassName: 'longhorn-v2', retry: 3 }
    })
  });

  if (!response.ok) {
    throw new Error(`creating ${ name }: ${ String(response.status) } ${ await response.text() }`);
  }
}

/** Streams zeroes with the socket's own pace. */
function send({ url }: RunningServer, name: string, size: number, form: Form): Promise<void> {
  const head = Buffer.from(form === 'raw' ? '' : `--${ BOUNDARY }\r\ncontent-disposition: form-data; name="chunk"; filename="disk.raw"\r\ncontent-type: application/octet-stream\r\n\r\n`);
  const tail = Buffer.from(form === 'raw' ? '' : `\r\n--${ BOUNDARY }--\r\n`);

  return new Promise((resolve, reject) => {
    const req = request(`${ url }/v1/harvester/harvesterhci.io.virtualmachineimages/default/${ name }?action=upload&size=${ String(size) }`, {
      method: 'POST',
      headers: { 'content-type': form === 'raw' ? 'application/octet-stream' : `multipart/form-data; boundary=${ BOUNDARY }`, 'content-length': head.length + size + tail.length }
    }, (res) => {
      let said = '';

      res.on('data', (chunk: Buffer) => { said += chunk.toString(); });
      res.on('end', () => { if (res.statusCode === 200) resolve(); else reject(new Error(`${ form } upload: ${ String(res.statusCode) } ${ said }`)); });
    });

    req.on('error', reject);
    let sent = 0;
    const pump = (): void => {
      while (sent < size) {
        const chunk = CHUNK.subarray(0, Math.min(CHUNK.length, size - sent));

        sent += chunk.length;
        if (!req.write(chunk)) {
          req.once('drain', pump);

          return;
        }
      }
      req.end(tail);
    };

    req.write(head);
    pump();
  });
}

async function measure(form: Form, isWarm: boolean): Promise<Record<string, unknown>> {
  const server = await startServer(['--scenario', 'empty', '--speed', '50', '--version', '1.8']);

  try {
    // A simulator that has answered its first requests, as every one of them has by the time of an upload.
    await createImage(server, 'measured');
    if (isWarm) {
      await createImage(server, 'warm-up');
      await send(server, 'warm-up', WARM_UP, form);
    }
    const before = server.residentBytes();
    let peak = before;
    const timer = setInterval(() => { peak = Math.max(peak, server.residentBytes()); }, SAMPLE_MS);
    const begun = performance.now();

    await send(server, 'measured', SIZE, form);
    const seconds = (performance.now() - begun) / 1000;

    clearInterval(timer);

    return { form, isWarm, GiB: SIZE / GIB, seconds: Number(seconds.toFixed(1)), MBPerSecond: Math.round(SIZE / MB / seconds), beforeMB: Math.round(before / MB), peakMB: Math.round(peak / MB), growthMB: Math.round((peak - before) / MB) };
  } finally {
    await server.close();
  }
}

const results: Record<string, unknown>[] = [];

for (const form of ['multipart', 'raw'] as const) {
  for (const isWarm of [false, true]) {
    results.push(await measure(form, isWarm));
  }
}
console.log(JSON.stringify({ goalMB: 50, results }, null, 1));
