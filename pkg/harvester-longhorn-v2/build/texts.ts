/** Texts of one language below `lhv2`. */
export type Sections = Readonly<Record<string, unknown>>;

/** Sections that the second script never shows: the standalone app's own, and those that the entry script brings. */
const ELSEWHERE: readonly string[] = ['app', 'host'];
/** Section whose keys are asked for without their prefix (`say('fit.title')`), so that unused parts can be told. */
const BOOT = 'boot';

const isTree = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Whether the code has a string that begins with this key: `'fit.title'`, `` `check.${id}` ``. */
function isAskedFor(code: string, key: string): boolean {
  return ['"', '\'', '`'].some((quote) => code.includes(`${quote}${key}.`) || code.includes(`${quote}${key}${quote}`));
}

/**
 * The texts that a script can show. The features of the standalone app's pages share a section with those of the
 * extension; a part of it that no string of the script begins with is left out, in every language.
 */
export function textsFor(code: string, lhv2: Sections): Sections {
  return Object.fromEntries(Object.entries(lhv2)
    .filter(([section]) => !ELSEWHERE.includes(section))
    .map(([section, texts]) => [section, section === BOOT && isTree(texts)
      ? Object.fromEntries(Object.entries(texts).filter(([key]) => isAskedFor(code, key)))
      : texts]));
}
