import { ref, type Ref } from 'vue';
import type { Query } from '../url-state';
import { VIEW_PARAMETERS } from './query';

export interface SavedView {
  readonly name: string;
  readonly query: Query;
}

const KEY = 'lhv2-health-views';

function isView(value: unknown): value is SavedView {
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string' && 'query' in value &&
    typeof value.query === 'object' && value.query !== null && Object.values(value.query).every((text) => typeof text === 'string');
}

function read(storage: Storage | null): readonly SavedView[] {
  try {
    const parsed: unknown = JSON.parse(storage?.getItem(KEY) ?? '[]');

    return Array.isArray(parsed) ? parsed.filter(isView) : [];
  } catch {
    return [];
  }
}

/** The part of an address that a view keeps. */
export function viewOf(query: Query): Query {
  return Object.fromEntries(VIEW_PARAMETERS.filter((name) => query[name]).map((name) => [name, query[name] ?? '']));
}

/** Changes that turn any address into the view's. */
export function applyView(view: Query): Readonly<Record<string, string | null>> {
  return Object.fromEntries(VIEW_PARAMETERS.map((name) => [name, view[name] ?? null]));
}

/** Named views, kept in this browser. A storage that refuses (private mode, full) keeps them for the page's life only. */
export function useSavedViews(storage: Storage | null): { readonly views: Readonly<Ref<readonly SavedView[]>>; save(name: string, query: Query): void; forget(name: string): void } {
  const views = ref(read(storage));

  function write(next: readonly SavedView[]): void {
    views.value = next;
    try {
      storage?.setItem(KEY, JSON.stringify(next));
    } catch { /* kept in memory */ }
  }

  return {
    views,
    save: (name, query) => { write([...views.value.filter((view) => view.name !== name), { name, query: viewOf(query) }].sort((a, b) => a.name.localeCompare(b.name))); },
    forget: (name) => { write(views.value.filter((view) => view.name !== name)); }
  };
}
