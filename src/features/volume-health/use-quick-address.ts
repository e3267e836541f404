import { computed, onBeforeUnmount, shallowRef, watch, type ComputedRef } from 'vue';
import { createFrameScheduler } from '@/stores/frame';
import { changeQuery, type Query, type UrlState } from '../url-state';

export type Changes = Readonly<Record<string, string | null>>;

/** While somebody types, the address follows when the hand has paused so long, milliseconds. */
const PAUSE = 250;
/** After the frame that shows what was chosen, a moment for it to be on its way, milliseconds. */
const SHOWN = 40;

export interface QuickAddress {
  /** The address, with what was just chosen already in it. */
  readonly query: ComputedRef<Query>;
  /** Acts at once; the address follows when the page has shown it. */
  set(changes: Changes): void;
  /** Text of the search box (`q`): acts at once, and goes to the address when typing pauses. */
  type(text: string): void;
}

/**
 * Puts what is chosen on the page before it is in the address: a router's guards and the browser's own work on a new
 * address take longer than sorting ten thousand rows. An address that arrives late takes nothing away from what was chosen
 * after it; one that somebody else set (back, a saved view) wins. Call in `setup`.
 */
export function useQuickAddress(url: UrlState): QuickAddress {
  const chosen = shallowRef<Changes>({});
  let sent: Changes = {};
  let known = url.query.value;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function send(): void {
    sent = chosen.value;
    url.set(sent);
  }
  function sendAfter(pause: number): void {
    clearTimeout(timer);
    timer = setTimeout(send, pause);
  }
  const frame = createFrameScheduler(() => { sendAfter(SHOWN); });

  function stop(): void {
    frame.cancel();
    clearTimeout(timer);
  }
  function choose(changes: Changes): void {
    stop();
    chosen.value = { ...chosen.value, ...changes };
  }

  watch(url.query, (next) => {
    const before = known;

    known = next;
    const rest = Object.entries(chosen.value).filter(([name, value]) => {
      const now = next[name] ?? '';

      return now === (before[name] ?? '') || (now === (sent[name] ?? '') && now !== (value ?? ''));
    });

    if (rest.length === 0) {
      stop();
    }
    chosen.value = Object.fromEntries(rest);
  }, { flush: 'sync' });
  onBeforeUnmount(stop);

  return {
    query: computed(() => changeQuery(url.query.value, chosen.value)),
    set: (changes) => {
      choose(changes);
      frame.request();
    },
    type: (text) => {
      choose({ q: text });
      sendAfter(PAUSE);
    }
  };
}
