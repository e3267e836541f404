import type { KubeObject, ResourceType, Store } from '../contract';
import type { Access } from './access';
import { summarize } from './summary';
import { isServed, type View } from './surface';

interface Summary {
  count: number;
  states?: Record<string, number>;
  errors?: number;
  transitioning?: number;
}

export interface ItemCount {
  summary: Summary;
  revision: number;
  namespaces?: Record<string, Summary>;
}

function add(summary: Summary, object: KubeObject): void {
  const state = summarize(object);
  summary.count++;
  if (state.name !== 'active') (summary.states ??= {})[state.name] = (summary.states[state.name] ?? 0) + 1;
  if (state.error) summary.errors = (summary.errors ?? 0) + 1;
  if (state.transitioning) summary.transitioning = (summary.transitioning ?? 0) + 1;
}

/** Counts per type, counted again only for types that changed since. */
export class Counts {
  private readonly cache = new Map<string, ItemCount>();
  readonly stop: () => void;

  constructor(private readonly store: Store) {
    this.stop = store.watch((event) => {
      for (const key of [...this.cache.keys()]) if (key.endsWith(` ${event.typeId}`)) this.cache.delete(key);
    });
  }

  of(type: ResourceType, access: Access): ItemCount {
    const key = `${access.role} ${type.id}`;
    const known = this.cache.get(key);
    if (known !== undefined) return known;
    const item: ItemCount = { summary: { count: 0 }, revision: this.store.revision };
    for (const object of this.store.list(type.id)) {
      if (!access.sees(type, object)) continue;
      add(item.summary, object);
      const namespace = object.metadata.namespace;
      if (namespace !== undefined) add((item.namespaces ??= {})[namespace] ??= { count: 0 }, object);
    }
    this.cache.set(key, item);
    return item;
  }
}

/** `data[0]` of `GET <base>/counts`; with `types`, only those (as the watch of counts sends them). */
export function countsResource(view: View, counts: Counts, types?: readonly ResourceType[]): Record<string, unknown> {
  const shown = (types ?? view.cluster.store.types).filter((type) => isServed(view.cluster, type) && view.access.verbs(type).includes('list'));
  return {
    id: 'count',
    type: 'count',
    links: { self: `${view.origin}${view.base}/counts/count` },
    counts: Object.fromEntries(shown.map((type) => [type.id, counts.of(type, view.access)]))
  };
}
