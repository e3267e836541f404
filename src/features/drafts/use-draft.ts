import { ref, watch } from 'vue';
import type { Ref } from 'vue';

/** What was typed into forms and not sent yet, by form. Lives as long as the page: user data may hold passwords. */
const drafts = new Map<string, string>();
const PREFIX = 'lhv2.draft.';

export interface Draft {
  /** The form was found as it had been left. */
  readonly isRestored: Readonly<Ref<boolean>>;
  /** It has been sent: nothing is kept of it. */
  forget(): void;
  /** Empties the form again. */
  startOver(): void;
}

export interface DraftOptions<T> {
  /** Fields that outlive a reload. Only such as can hold no secret. */
  readonly durable: readonly (keyof T & string)[];
  /** Whether anything was typed that somebody would miss; proposals of the form itself are not. */
  readonly isWorthKeeping?: (form: T) => boolean;
}

/**
 * Keeps what is typed into a form while the person is on another page, and puts it back on return. Everything is kept
 * in memory; what `durable` names also outlives a reload, in the session storage of this tab. `form` is a reactive
 * object of plain data; call in `setup`, before anything else watches it.
 */
export function useDraft<T extends object>(name: string, form: T, { durable, isWorthKeeping = () => true }: DraftOptions<T>): Draft {
  const blank = JSON.stringify(form);
  const kept = drafts.get(name) ?? readDurable(name, durable);
  const isRestored = ref(false);

  if (kept !== null && kept !== blank) {
    Object.assign(form, JSON.parse(kept));
    isRestored.value = JSON.stringify(form) !== blank;
  }

  function forget(): void {
    drafts.delete(name);
    writeDurable(name, null);
    isRestored.value = false;
  }

  watch(form, () => {
    const text = JSON.stringify(form);

    if (text === blank || !isWorthKeeping(form)) {
      forget();
    } else {
      drafts.set(name, text);
      writeDurable(name, JSON.stringify(Object.fromEntries(durable.map(field => [field, form[field]]))));
    }
  }, { deep: true, flush: 'sync' });

  return {
    isRestored,
    forget,
    startOver() {
      Object.assign(form, JSON.parse(blank));
      forget();
    }
  };
}

/** Nothing is kept of any form: somebody else signs in. */
export function forgetDrafts(): void {
  drafts.clear();
  try {
    for (const key of Object.keys(sessionStorage).filter(entry => entry.startsWith(PREFIX))) {
      sessionStorage.removeItem(key);
    }
  } catch { /* no storage, nothing in it */ }
}

function readDurable(name: string, fields: readonly string[]): string | null {
  try {
    const found = JSON.parse(sessionStorage.getItem(PREFIX + name) ?? 'null') as Record<string, unknown> | null;

    return found === null || typeof found !== 'object' ? null : JSON.stringify(Object.fromEntries(fields.filter(field => field in found).map(field => [field, found[field]])));
  } catch {
    return null;
  }
}

function writeDurable(name: string, text: string | null): void {
  try {
    if (text === null) {
      sessionStorage.removeItem(PREFIX + name);
    } else {
      sessionStorage.setItem(PREFIX + name, text);
    }
  } catch { /* storage is full or switched off: memory has it */ }
}
