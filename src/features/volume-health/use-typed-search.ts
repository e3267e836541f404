import { computed, onBeforeUnmount, shallowRef, watch, type ComputedRef } from 'vue';
import type { Query, UrlState } from '../url-state';

/** The address follows when the hand has paused so long, milliseconds: every step of it goes through the router's guards. */
const PAUSE = 250;

export interface TypedSearch {
  /** The address, with what is typed already in it. */
  readonly address: ComputedRef<Query>;
  type(text: string): void;
}

/**
 * The search box acts at once and is written to the address (`q`) when typing pauses. What arrives in the address meanwhile
 * takes nothing away from what was typed after it; an address that somebody else set (back, a saved view) wins.
 * Call in `setup`.
 */
export function useTypedSearch(url: UrlState): TypedSearch {
  const typed = shallowRef<string | null>(null);
  let sent: string | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  watch(() => url.query.value.q ?? '', (text) => {
    if (text !== sent || text === typed.value) {
      typed.value = null;
      clearTimeout(timer);
    }
  }, { flush: 'sync' });
  onBeforeUnmount(() => { clearTimeout(timer); });

  return {
    address: computed(() => (typed.value === null ? url.query.value : { ...url.query.value, q: typed.value })),
    type(text) {
      typed.value = text;
      clearTimeout(timer);
      timer = setTimeout(() => {
        sent = text;
        url.set({ q: text });
      }, PAUSE);
    }
  };
}
