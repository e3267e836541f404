import type { KubeObject, ResourceType, WatchEvent } from '../contract';
import { parseLabelSelector } from '../store';
import { type Counts, countsResource } from './counts';
import { WatchFilter, heldBefore } from './kube-watch';
import { toSteve } from './resource';
import { keyOf, type View } from './surface';

/** What a client sends to watch a type, or to stop. */
export interface SubscribeMessage {
  resourceType: string;
  resourceVersion?: string;
  namespace?: string;
  id?: string;
  selector?: string;
  mode?: string;
  debounceMs?: number;
  stop?: boolean;
}

/** One frame to the client. */
export type Envelope = Record<string, unknown> & { name: string };

/** Counts are sent this long after the first change they reflect. */
const COUNT_DEBOUNCE = 1000;
const CHANGES_DEBOUNCE = 5000;

export function watchKey(message: SubscribeMessage): string {
  return [message.resourceType, message.namespace, message.id, message.selector, message.mode].map((part) => part ?? '').join('\n');
}

/** What every frame of a subscription repeats of it. */
export function echo(message: SubscribeMessage): Record<string, unknown> {
  const { resourceType, namespace, id, selector, mode } = message;
  return {
    ...(namespace ? { namespace } : {}),
    ...(resourceType ? { resourceType } : {}),
    ...(id ? { id } : {}),
    ...(selector ? { selector } : {}),
    ...(mode ? { mode } : {})
  };
}

/** JSON of an object as Steve sends it; computed once for all sockets of the same view at the same moment. */
const rendered = new WeakMap<KubeObject, Map<string, { revision: number; json: string }>>();

function render(view: View, type: ResourceType, object: KubeObject): string {
  const key = `${view.origin}${view.base} ${view.access.role}`;
  const known = rendered.get(object) ?? new Map<string, { revision: number; json: string }>();
  const { revision } = view.cluster.store;
  const hit = known.get(key);
  if (hit?.revision === revision) return hit.json;
  const json = JSON.stringify(toSteve(view, type, object));
  known.set(key, { revision, json });
  rendered.set(object, known);
  return json;
}

export interface Outlet {
  send(frame: string): void;
  fail(error: string): void;
  /** The watch has ended on the server's side. */
  ended(): void;
}

function frame(name: string, message: SubscribeMessage, revision: string | undefined, data: string | undefined): string {
  const head = JSON.stringify({ name, ...echo(message), ...(revision === undefined ? {} : { revision }) });
  return data === undefined ? head : `${head.slice(0, -1)},"data":${data}}`;
}

function matcher(view: View, type: ResourceType, message: SubscribeMessage): (object: KubeObject) => boolean {
  const bySelector = parseLabelSelector(message.selector ?? '');
  const id = message.id ?? '';
  const namespace = message.namespace ?? '';
  return (object) => {
    const key = keyOf(type, object.metadata.namespace, object.metadata.name);
    // With a namespace given, the id may be the bare name.
    return (namespace === '' || object.metadata.namespace === namespace)
      && (id === '' || key === id || object.metadata.name === id)
      && view.access.sees(type, object) && bySelector(object);
  };
}

/** Watches objects of a type. Throws StoreError 400 for a selector that cannot be read. Returns the stop. */
export function watchType(view: View, type: ResourceType, message: SubscribeMessage, outlet: Outlet): () => void {
  const { store } = view.cluster;
  if (message.mode === 'resource.changes') return watchChanges(view, type, message, outlet);
  const matches = matcher(view, type, message);
  const emit = (event: WatchEvent): void => {
    outlet.send(frame(`resource.${event.type}`, message, String(event.revision), render(view, type, event.object)));
  };
  const current = store.list(type.id, message.namespace && type.namespaced ? { namespace: message.namespace } : {});
  const from = message.resourceVersion ?? '';
  let filter: WatchFilter;
  if (from === '' || from === '0') {
    outlet.send(frame('resource.start', message, undefined, undefined));
    filter = new WatchFilter(type, matches, current);
    for (const object of current) if (matches(object)) emit({ type: 'create', typeId: type.id, object, revision: Number(object.metadata.resourceVersion) });
  } else {
    const missed = /^\d+$/.test(from) ? store.since(type.id, Number(from)) : 'too-old';
    if (missed === 'too-old') {
      outlet.send(frame('resource.start', message, undefined, undefined));
      outlet.fail(`too old resource version: ${from} (${String(store.revision)})`);
      outlet.ended();
      return () => undefined;
    }
    outlet.send(frame('resource.start', message, undefined, undefined));
    filter = new WatchFilter(type, matches, heldBefore(type, current, missed));
    for (const event of missed) {
      const seen = filter.see(event);
      if (seen !== undefined) emit(seen);
    }
  }
  return store.watch((event) => {
    if (event.typeId !== type.id) return;
    const seen = filter.see(event);
    if (seen !== undefined) emit(seen);
  });
}

/** `resource.changes`: only the news that something changed, at most once per debounce. */
function watchChanges(view: View, type: ResourceType, message: SubscribeMessage, outlet: Outlet): () => void {
  const wait = Math.min(60_000, Math.max(100, message.debounceMs ?? CHANGES_DEBOUNCE));
  const matches = matcher(view, type, message);
  let timer: NodeJS.Timeout | null = null;
  outlet.send(frame('resource.start', message, undefined, undefined));
  const unwatch = view.cluster.store.watch((event) => {
    if (event.typeId !== type.id || timer !== null || !matches(event.object)) return;
    timer = setTimeout(() => {
      timer = null;
      outlet.send(frame('resource.changes', message, String(view.cluster.store.revision), undefined));
    }, wait);
    timer.unref();
  });
  return () => {
    unwatch();
    if (timer !== null) clearTimeout(timer);
  };
}

/** Watches the counts: sends those of the types that changed, gathered for a moment. */
export function watchCounts(view: View, counts: Counts, message: SubscribeMessage, outlet: Outlet): () => void {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | null = null;
  outlet.send(frame('resource.start', message, undefined, undefined));
  const flush = (): void => {
    timer = null;
    const types = [...changed].flatMap((id) => view.cluster.store.type(id) ?? []);
    changed.clear();
    outlet.send(frame('resource.change', message, String(view.cluster.store.revision), JSON.stringify(countsResource(view, counts, types))));
  };
  const unwatch = view.cluster.store.watch((event) => {
    changed.add(event.typeId);
    if (timer !== null) return;
    timer = setTimeout(flush, COUNT_DEBOUNCE);
    timer.unref();
  });
  return () => {
    unwatch();
    if (timer !== null) clearTimeout(timer);
  };
}
