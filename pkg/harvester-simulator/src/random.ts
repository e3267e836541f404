import type { Random } from './contract';

/** What Kubernetes draws generated name suffixes from: no vowels, no look-alikes. */
const NAME_CHARACTERS = 'bcdfghjklmnpqrstvwxz2456789';

/** cyrb128: spreads a text over four 32-bit seeds. */
function spread(text: string): [number, number, number, number] {
  let a = 1779033703;
  let b = 3144134277;
  let c = 1013904242;
  let d = 2773480762;
  for (let i = 0; i < text.length; i++) {
    const k = text.charCodeAt(i);
    a = b ^ Math.imul(a ^ k, 597399067);
    b = c ^ Math.imul(b ^ k, 2869860233);
    c = d ^ Math.imul(c ^ k, 951274213);
    d = a ^ Math.imul(d ^ k, 2716044179);
  }
  a = Math.imul(c ^ (a >>> 18), 597399067);
  b = Math.imul(d ^ (b >>> 22), 2869860233);
  c = Math.imul(a ^ (c >>> 17), 951274213);
  d = Math.imul(b ^ (d >>> 19), 2716044179);
  return [(a ^ b ^ c ^ d) >>> 0, (b ^ a) >>> 0, (c ^ a) >>> 0, (d ^ a) >>> 0];
}

/** A generator (sfc32) whose whole sequence follows from `seed`. */
export function createRandom(seed: string | number): Random {
  let [a, b, c, d] = spread(String(seed));
  const next = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 4294967296;
  };
  // The first outputs still resemble the seed.
  for (let i = 0; i < 12; i++) next();

  const integer = (below: number): number => Math.floor(next() * below);
  const draw = (alphabet: string, length: number): string => {
    let text = '';
    for (let i = 0; i < length; i++) text += alphabet.charAt(integer(alphabet.length));
    return text;
  };
  return {
    next,
    integer,
    pick<T>(items: readonly T[]): T {
      if (items.length === 0) throw new RangeError('pick() from an empty list');
      return items[integer(items.length)] as T;
    },
    hex: (length) => draw('0123456789abcdef', length),
    lower: (length) => draw(NAME_CHARACTERS, length),
    uuid: () => `${draw('0123456789abcdef', 8)}-${draw('0123456789abcdef', 4)}-4${draw('0123456789abcdef', 3)}-${draw('89ab', 1)}${draw('0123456789abcdef', 3)}-${draw('0123456789abcdef', 12)}`
  };
}
