import { defineStore } from 'pinia';
import { computed, ref, watch } from 'vue';
import { LOCALES, pickLocale } from '@/l10n/translate';
import type { Locale } from '@/l10n/translate';
import { pinia } from './pinia';

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'lhv2.preferences';

function readStored(): { theme: Theme; locale: Locale | null } {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? '{}') as { theme?: unknown; locale?: unknown };

    return { theme: THEMES.find((theme) => theme === stored.theme) ?? 'auto', locale: LOCALES.find((locale) => locale === stored.locale) ?? null };
  } catch {
    // Storage may be switched off: then every visit starts with what the browser prefers.
    return { theme: 'auto', locale: null };
  }
}

const definePreferences = defineStore('preferences', () => {
  const stored = readStored();
  const darkQuery = window.matchMedia('(prefers-color-scheme: dark)');
  const prefersDark = ref(darkQuery.matches);
  const theme = ref<Theme>(stored.theme);
  const locale = ref<Locale>(stored.locale ?? pickLocale(navigator.languages));
  const isDark = computed(() => theme.value === 'dark' || (theme.value === 'auto' && prefersDark.value));

  darkQuery.addEventListener('change', (event) => { prefersDark.value = event.matches; });
  watch([theme, locale], () => {
    try {
      localStorage.setItem(KEY, JSON.stringify({ theme: theme.value, locale: locale.value }));
    } catch { /* as above */ }
  });

  return { theme, locale, isDark };
});

/** Theme and language of this person in this browser. */
export const usePreferences = (): ReturnType<typeof definePreferences> => definePreferences(pinia);
