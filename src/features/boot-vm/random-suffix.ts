const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** Five random lower-case letters, as Harvester's form puts behind a claim's name. */
export function randomSuffix(): string {
  return [...crypto.getRandomValues(new Uint8Array(5))].map(byte => LETTERS[byte % LETTERS.length]).join('');
}
