/** Texts of one language below `lhv2`. */
export type Sections = Readonly<Record<string, unknown>>;

/** Sections that the second script never shows: the standalone app's own, and those that the entry script brings. */
const ELSEWHERE: readonly string[] = ['app', 'host'];
/** Section whose keys are asked for without their prefix (`say('fit.title')`), so that unused parts can be told. */
const BOOT = 'boot';

const isTree = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Whether the code has a string that begins with this key (`'fit.title'`, `` `check.${id}` ``), or is it. */
function isAskedFor(code: string, key: string, isBranch: boolean): boolean {
  return ['"', '\'', '`'].some((quote) => code.includes(isBranch ? `${quote}${key}.` : `${quote}${key}${quote}`));
}

/**
 * The texts that a script can show. The features of the standalone app's pages share a section with those of the
 * extension; a part of it that no string of the script begins with is left out, in every language.
 */
export function textsFor(code: string, lhv2: Sections): Sections {
  return Object.fromEntries(Object.entries(lhv2)
    .filter(([section]) => !ELSEWHERE.includes(section))
    .map(([section, texts]) => [section, section === BOOT && isTree(texts)
      ? Object.fromEntries(Object.entries(texts).filter(([key, text]) => isAskedFor(code, key, isTree(text))))
      : texts]));
}

/** Keys of texts without the texts; a leaf is 0. */
export interface TextKeys { readonly [name: string]: TextKeys | 0 }

export function keysOf(texts: Sections): TextKeys {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, isTree(text) ? keysOf(text) : 0]));
}

/**
 * The texts in the order of the keys. All languages share one set of keys, which is told once.
 *
 * @throws when a language lacks a text
 */
export function valuesOf(texts: Sections, keys: TextKeys): string[] {
  return Object.entries(keys).flatMap(([name, inner]) => {
    const text = texts[name];

    if (inner === 0 ? typeof text !== 'string' : !isTree(text)) {
      throw new Error(`a language has no text "${name}"`);
    }

    return inner === 0 ? [text as string] : valuesOf(text as Sections, inner);
  });
}

/** Keys as a script: names need no quotes where they are identifiers. */
export const keysScript = (keys: TextKeys): string => JSON.stringify(keys).replace(/"([a-zA-Z_]\w*)":/g, '$1:');
