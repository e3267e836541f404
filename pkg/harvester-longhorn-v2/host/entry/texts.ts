import type { HostPlugin, HostStore, Pages } from '../types';
import type { HostTranslate } from './lazy';

export const LOCALES = ['en-us', 'zh-hans'] as const;
export const DEFAULT_LOCALE = 'en-us';

/** Texts of one locale as the host's i18n takes them: everything below `lhv2`. */
function messagesFor(locale: (typeof LOCALES)[number], pages: Pages | null): Record<string, unknown> {
  return { lhv2: { ...(pages?.messages[locale] as object | undefined), host: __LHV2_HOST_MESSAGES__[locale] } };
}

/**
 * Registers the texts with the host. Its i18n asks again whenever it loads a locale, so the answer grows once the pages
 * are there.
 */
export function registerTexts(plugin: HostPlugin, pages: () => Pages | null): void {
  for (const locale of LOCALES) {
    plugin.addL10n(locale, () => ({ default: messagesFor(locale, pages()) }));
  }
}

/**
 * Brings the texts of the pages into locales that the host has loaded already. Both at once, before anything is shown:
 * the host caches the first text it finds for a key, and would keep an English one for Chinese.
 */
export async function mergeTexts(store: HostStore, pages: Pages): Promise<void> {
  const i18n = store.state.i18n as { readonly translations?: Readonly<Record<string, unknown>> } | undefined;

  for (const locale of LOCALES) {
    if (locale === DEFAULT_LOCALE || i18n?.translations?.[locale] !== undefined) {
      await store.dispatch('i18n/mergeLoad', { locale, module: { default: messagesFor(locale, pages) } });
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
