import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KubeObject, ResourceType, WatchEvent } from '../contract';
import { parseFieldSelector, parseLabelSelector } from '../store';
import { tableColumns } from './columns';
import { statusObject, tableRow } from './kube-format';
import { listObjects } from './list';
import { wholeNumber } from './query';
import { keyOf, type View } from './surface';

const KUBE_TYPE = { create: 'ADDED', change: 'MODIFIED', remove: 'DELETED' } as const;

/** Half an hour, unless the client asks for less: what kube-apiserver does at the least. */
const LONGEST_WATCH = 1800;

/** What the client holds in its view: decides whether a change is an arrival, a change or a departure. */
export class WatchFilter {
  private readonly held = new Set<string>();

  constructor(private readonly type: ResourceType, private readonly matches: (object: KubeObject) => boolean, known: readonly KubeObject[]) {
    for (const object of known) if (matches(object)) this.held.add(this.key(object));
  }

  /** The event as this watcher should see it; undefined when it is none of its business. */
  see(event: WatchEvent): WatchEvent | undefined {
    const key = this.key(event.object);
    const wasHeld = this.held.has(key);
    const isMatch = event.type !== 'remove' && this.matches(event.object);
    if (isMatch) this.held.add(key);
    else this.held.delete(key);
    if (isMatch) return wasHeld === (event.type === 'change') ? event : { ...event, type: wasHeld ? 'change' : 'create' };
    return wasHeld || (event.type === 'remove' && this.matches(event.object)) ? { ...event, type: 'remove' } : undefined;
  }

  private key(object: KubeObject): string {
    return keyOf(this.type, object.metadata.namespace, object.metadata.name);
  }
}

/** `?watch=true`: one JSON event per line until the time is up or the client goes. */
export function streamWatch(view: View, type: ResourceType, namespace: string | undefined, req: IncomingMessage, res: ServerResponse, url: URL): void {
  const query = url.searchParams;
  const { store } = view.cluster;
  const byLabel = parseLabelSelector(query.get('labelSelector') ?? '');
  const byField = parseFieldSelector(query.get('fieldSelector') ?? '');
  const matches = (object: KubeObject): boolean => (namespace === undefined || object.metadata.namespace === namespace) && view.access.sees(type, object) && byLabel(object) && byField(object);
  const isTable = (req.headers.accept ?? '').includes('as=Table');
  res.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache', 'transfer-encoding': 'chunked' });
  let isFirst = true;
  const write = (kind: string, object: unknown): void => {
    const shown = isTable && kind !== 'ERROR' && kind !== 'BOOKMARK'
      ? { kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata: {}, columnDefinitions: isFirst ? tableColumns(type) : null, rows: [tableRow(type, object as KubeObject, view.cluster.clock.now())] }
      : object;
    isFirst = false;
    res.write(`${JSON.stringify({ type: kind, object: shown })}\n`);
  };

  const from = query.get('resourceVersion') ?? '';
  const current = listObjects(view.cluster, view.access, type, { namespace }).objects;
  let filter: WatchFilter;
  if (from === '' || from === '0') {
    filter = new WatchFilter(type, matches, current);
    for (const object of current) if (matches(object)) write('ADDED', object);
  } else {
    const missed = store.since(type.id, Number(from));
    if (missed === 'too-old' || !/^\d+$/.test(from)) {
      write('ERROR', statusObject(410, 'Expired', `too old resource version: ${from} (${String(store.revision)})`));
      res.end();
      return;
    }
    filter = new WatchFilter(type, matches, heldBefore(type, current, missed));
    for (const event of missed) {
      const seen = filter.see(event);
      if (seen !== undefined) write(KUBE_TYPE[seen.type], seen.object);
    }
  }
  const stopWatching = store.watch((event) => {
    if (event.typeId !== type.id) return;
    const seen = filter.see(event);
    if (seen !== undefined) write(KUBE_TYPE[seen.type], seen.object);
  });
  const seconds = Math.min(LONGEST_WATCH, wholeNumber(query, 'timeoutSeconds') ?? LONGEST_WATCH);
  const timer = setTimeout(() => { res.end(); }, seconds * 1000);
  timer.unref();
  res.on('close', () => {
    clearTimeout(timer);
    stopWatching();
  });
}

/** What a client that knows everything up to before `missed` holds: today's objects less those that came since. */
export function heldBefore(type: ResourceType, current: readonly KubeObject[], missed: readonly WatchEvent[]): KubeObject[] {
  const key = (object: KubeObject): string => keyOf(type, object.metadata.namespace, object.metadata.name);
  const arrived = new Set(missed.filter((event) => event.type === 'create').map((event) => key(event.object)));
  const gone = missed.filter((event) => event.type === 'remove' && !arrived.has(key(event.object))).map((event) => event.object);
  return [...current.filter((object) => !arrived.has(key(object))), ...gone];
}
