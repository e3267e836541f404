/** Reads a collection page by page for some seconds, in a process of its own: `pages.ts <address> <page size> <seconds>`; prints JSON. */
export {};

const [url = '', size = '500', seconds = '5'] = process.argv.slice(2);

async function readPage(token: string): Promise<{ count: number; token: string; bytes: number }> {
  const response = await fetch(`${ url }?exclude=metadata.managedFields&limit=${ size }${ token === '' ? '' : `&continue=${ encodeURIComponent(token) }` }`);
  const text = await response.text();
  const page = JSON.parse(text) as { data: unknown[]; continue?: string };

  if (!response.ok) {
    throw new Error(`${ String(response.status) } ${ text.slice(0, 200) }`);
  }

  return { count: page.data.length, token: page.continue ?? '', bytes: text.length };
}

let pages = 0;
let objects = 0;
let bytes = 0;
let walk = 0;
let longestWalk = 0;
let token = '';
const begun = performance.now();

while (performance.now() - begun < Number(seconds) * 1000 || token !== '') {
  const page = await readPage(token);

  pages += 1;
  objects += page.count;
  bytes += page.bytes;
  walk += page.count;
  token = page.token;
  if (token === '') {
    longestWalk = Math.max(longestWalk, walk);
    walk = 0;
  }
}
const took = (performance.now() - begun) / 1000;

console.log(JSON.stringify({ pages, objectsPerWalk: longestWalk, pagesPerSecond: Number((pages / took).toFixed(1)), objectsPerSecond: Math.round(objects / took), MBPerSecond: Math.round(bytes / 1e6 / took) }));
