import type { HostPlugin, HostStore } from '../types';
import { currentLocale } from '../cluster/store';
import type { HostTranslate } from './lazy';
import { exportsOf, injectScript, once, type ScriptInjector } from './scripts';

export const LOCALES = ['en-us', 'zh-hans'] as const;
export type TextLocale = (typeof LOCALES)[number];
const DEFAULT_LOCALE = 'en-us';

type Sections = Readonly<Record<string, unknown>>;
/** Keys of the texts as the build puts them beside the pages; a leaf is 0. */
interface TextKeys { readonly [name: string]: TextKeys | 0 }

/**
 * Texts by their keys, from the keys that all languages share and one language's texts in the order of the keys.
 *
 * @throws when their numbers differ: scripts of two versions
 */
export function fillKeys(keys: TextKeys, texts: readonly string[]): Sections {
  let next = 0;
  const fill = (part: TextKeys): Sections => Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, inner === 0 ? texts[next++] : fill(inner)]));
  const sections = fill(keys);

  if (next !== texts.length) {
    throw new Error(`${String(texts.length)} texts for ${String(next)} keys`);
  }

  return sections;
}

/** Texts of the pages: one script per language, so that nobody loads the other one. */
export interface TextsLoader {
  current(locale: TextLocale): Sections | null;
  load(locale: TextLocale): Promise<Sections>;
  /** True once somebody asked for any: from then on, a language that the host loads comes with them. */
  isInUse(): boolean;
}

export function createTextsLoader(options: {
  readonly urlOf: (locale: TextLocale) => string;
  readonly globalIdOf: (locale: TextLocale) => string;
  /** Name of the keys, and what brings them: the script of the pages. */
  readonly keysId: string;
  readonly loadKeys: () => Promise<void>;
  readonly inject?: ScriptInjector;
}): TextsLoader {
  const { urlOf, globalIdOf, keysId, loadKeys, inject = injectScript } = options;
  const texts = new Map<TextLocale, Sections>();
  let isInUse = false;

  const loaders = new Map(LOCALES.map((locale) => [locale, once(async () => {
    await Promise.all([inject(urlOf(locale)), loadKeys()]);

    const [keys, values] = [exportsOf(keysId), exportsOf(globalIdOf(locale))];

    if (typeof keys !== 'object' || keys === null || !Array.isArray(values)) {
      throw new Error(`${urlOf(locale)} has no texts of this version`);
    }

    const sections = fillKeys(keys as TextKeys, values as readonly string[]);

    texts.set(locale, sections);

    return sections;
  })]));

  return {
    current: (locale) => texts.get(locale) ?? null,
    load: (locale) => {
      isInUse = true;

      return (loaders.get(locale) as () => Promise<Sections>)();
    },
    isInUse: () => isInUse
  };
}

/** Texts of one locale as the host's i18n takes them: everything below `lhv2`. */
const moduleOf = (locale: TextLocale, sections: Sections | null): object => ({ default: { lhv2: { ...sections, host: __LHV2_HOST_MESSAGES__[locale] } } });

/**
 * Registers the texts with the host, whose i18n asks whenever it loads a locale: then with those of the pages, once these
 * are in use. A language whose texts cannot be fetched still gets the few words of the entry script.
 */
export function registerTexts(plugin: HostPlugin, texts: TextsLoader): void {
  for (const locale of LOCALES) {
    plugin.addL10n(locale, async () => {
      if (texts.isInUse()) {
        await texts.load(locale).catch(() => null);
      }

      return moduleOf(locale, texts.current(locale));
    });
  }
}

/**
 * Brings the texts of the pages into the person's language before anything is shown, and afterwards into the others that
 * the host has loaded already and so will not ask for again.
 */
export async function mergeTexts(store: HostStore, texts: TextsLoader): Promise<void> {
  const merge = async (locale: TextLocale): Promise<void> => {
    await texts.load(locale);
    await store.dispatch('i18n/mergeLoad', { locale, module: moduleOf(locale, texts.current(locale)) });
  };
  const i18n = store.state.i18n as { readonly translations?: Readonly<Record<string, unknown>> } | undefined;
  const current = currentLocale(store);

  await merge(current);
  for (const locale of LOCALES) {
    if (locale !== current && i18n?.translations?.[locale] !== undefined) {
      merge(locale).catch(() => undefined);
    }
  }
}

/** Text as written, with its gaps: what is left when the host's formatter refuses a message. */
function rawText(store: HostStore, key: string): string | null {
  const i18n = store.state.i18n as { readonly selected?: string; readonly translations?: Readonly<Record<string, unknown>> } | undefined;

  for (const locale of [i18n?.selected ?? DEFAULT_LOCALE, DEFAULT_LOCALE]) {
    const text = key.split('.').reduce<unknown>((node, name) => (node as Record<string, unknown> | undefined)?.[name], i18n?.translations?.[locale]);

    if (typeof text === 'string') {
      return text;
    }
  }

  return null;
}

/**
 * The host's translation, unescaped: what we show goes through Vue's text interpolation, which escapes once. A sentence
 * whose value is missing is shown with its gap; the host's own would throw and take the component down.
 */
export function createTranslate(store: HostStore): HostTranslate {
  return (key, params) => {
    const translate = store.getters['i18n/t'];
    let text: unknown;

    try {
      text = typeof translate === 'function' ? (translate as (key: string, params?: unknown) => unknown)(key, params) : undefined;
    } catch {
      text = rawText(store, key);
    }

    return typeof text === 'string' ? text : `%${key}%`;
  };
}
