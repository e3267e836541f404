import { IntlMessageFormat } from 'intl-messageformat';
import { readonly, shallowRef } from 'vue';
import type { Ref } from 'vue';
import en from './en-us.yaml';

export const LOCALES = ['en-us', 'zh-hans'] as const;
export type Locale = (typeof LOCALES)[number];
export type Messages = Readonly<Record<string, string>>;

/** BCP 47 tags, for `lang` attributes and `Intl`. */
export const LANGUAGE_TAG: Readonly<Record<Locale, string>> = { 'en-us': 'en-US', 'zh-hans': 'zh-Hans' };

/** A tree of messages as `a.b.c` -> text. */
export function flatten(tree: unknown, prefix = ''): Record<string, string> {
  const flat: Record<string, string> = {};

  if (typeof tree === 'object' && tree !== null) {
    for (const [key, value] of Object.entries(tree)) {
      const path = prefix ? `${ prefix }.${ key }` : key;

      if (typeof value === 'object' && value !== null) {
        Object.assign(flat, flatten(value, path));
      } else if (value !== null && value !== undefined) {
        flat[path] = String(value);
      }
    }
  }

  return flat;
}

/** The language that suits a browser's preferences (`zh-CN`, `en-GB`…). */
export function pickLocale(languages: readonly string[]): Locale {
  for (const language of languages) {
    const tag = language.toLowerCase();

    if (tag.startsWith('zh')) {
      return 'zh-hans';
    }
    if (tag.startsWith('en')) {
      return 'en-us';
    }
  }

  return 'en-us';
}

export interface Translator {
  readonly locale: Readonly<Ref<Locale>>;
  /** The message in the present language, else in English, else the key itself. Reactive: follows the language. */
  t(key: string, params?: Readonly<Record<string, unknown>>): string;
  /** Loads the language if need be, then switches. */
  setLocale(locale: Locale): Promise<void>;
}

type Loader = () => Promise<{ default: Record<string, unknown> }>;
const LOADERS: Readonly<Partial<Record<Locale, Loader>>> = { 'zh-hans': () => import('./zh-hans.yaml') };
const ENGLISH = flatten(en);

export function createTranslator(loaders: Readonly<Partial<Record<Locale, Loader>>> = LOADERS): Translator {
  const loaded = new Map<Locale, Messages>([['en-us', ENGLISH]]);
  const locale = shallowRef<Locale>('en-us');
  const formats = new Map<string, IntlMessageFormat | string>();
  let wanted: Locale = 'en-us';

  const compile = (language: Locale, key: string): IntlMessageFormat | string => {
    const own = loaded.get(language)?.[key];
    const text = own ?? ENGLISH[key];

    if (text === undefined) {
      return key;
    }
    try {
      return new IntlMessageFormat(text, LANGUAGE_TAG[own === undefined ? 'en-us' : language], undefined, { ignoreTag: true });
    } catch {
      return text;
    }
  };

  return {
    locale: readonly(locale) as Readonly<Ref<Locale>>,
    t(key, params = {}) {
      const id = `${ locale.value } ${ key }`;
      const format = formats.get(id) ?? compile(locale.value, key);

      formats.set(id, format);
      if (typeof format === 'string') {
        return format;
      }
      try {
        return String(format.format(params as Record<string, string>));
      } catch {
        // A parameter is missing: the sentence with its gap still says more than nothing.
        return loaded.get(locale.value)?.[key] ?? ENGLISH[key] ?? key;
      }
    },
    async setLocale(next) {
      wanted = next;
      const load = loaders[next];

      if (!loaded.has(next) && load) {
        loaded.set(next, flatten((await load()).default));
      }
      if (wanted === next) {
        locale.value = next;
      }
    }
  };
}
