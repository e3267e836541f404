import type { KubeObject, WatchEvent } from '../contract';

/** The objects of one type, by key, with indexes by namespace and by label. */
export class Bucket {
  readonly objects = new Map<string, KubeObject>();
  private readonly byNamespace = new Map<string, Set<string>>();
  private readonly byLabel = new Map<string, Set<string>>();

  put(key: string, object: KubeObject): void {
    const before = this.objects.get(key);
    if (before !== undefined) this.unindex(key, before);
    this.objects.set(key, object);
    this.index(key, object);
  }

  drop(key: string): void {
    const before = this.objects.get(key);
    if (before === undefined) return;
    this.unindex(key, before);
    this.objects.delete(key);
  }

  /** Sorted by key, as etcd lists. */
  select(namespace: string | undefined, labels: Readonly<Record<string, string>> | undefined): KubeObject[] {
    const sets: (ReadonlySet<string> | undefined)[] = [];
    if (namespace !== undefined) sets.push(this.byNamespace.get(namespace));
    for (const [key, value] of Object.entries(labels ?? {})) sets.push(this.byLabel.get(`${key}=${value}`));
    if (sets.includes(undefined)) return [];
    const known = sets.filter((set) => set !== undefined).sort((a, b) => a.size - b.size);
    const [smallest, ...rest] = known;
    const keys = smallest === undefined ? [...this.objects.keys()] : [...smallest].filter((key) => rest.every((set) => set.has(key)));
    keys.sort();
    const found: KubeObject[] = [];
    for (const key of keys) {
      const object = this.objects.get(key);
      if (object !== undefined) found.push(object);
    }
    return found;
  }

  private index(key: string, object: KubeObject): void {
    const { namespace, labels } = object.metadata;
    if (namespace !== undefined) addTo(this.byNamespace, namespace, key);
    for (const [label, value] of Object.entries(labels ?? {})) addTo(this.byLabel, `${label}=${value}`, key);
  }

  private unindex(key: string, object: KubeObject): void {
    const { namespace, labels } = object.metadata;
    if (namespace !== undefined) removeFrom(this.byNamespace, namespace, key);
    for (const [label, value] of Object.entries(labels ?? {})) removeFrom(this.byLabel, `${label}=${value}`, key);
  }
}

export function addTo<K>(map: Map<K, Set<string>>, key: K, value: string): void {
  const set = map.get(key);
  if (set === undefined) map.set(key, new Set([value]));
  else set.add(value);
}

export function removeFrom<K>(map: Map<K, Set<string>>, key: K, value: string): void {
  const set = map.get(key);
  if (set === undefined) return;
  set.delete(value);
  if (set.size === 0) map.delete(key);
}

/** The newest events of one type; older ones fall out at the far end. */
export class WatchLog {
  private events: WatchEvent[] = [];
  /** Everything after this revision is in the log. */
  private floor: number;

  constructor(private readonly limit: number, floor: number) {
    this.floor = floor;
  }

  push(event: WatchEvent): void {
    this.events.push(event);
    // Trimmed in blocks: one splice per half-log, not one per event.
    if (this.events.length > this.limit * 1.5) {
      const dropped = this.events.splice(0, this.events.length - this.limit);
      this.floor = dropped.at(-1)?.revision ?? this.floor;
    }
  }

  since(revision: number): WatchEvent[] | 'too-old' {
    if (revision < this.floor) return 'too-old';
    let low = 0;
    let high = this.events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.events[middle]?.revision ?? Infinity) > revision) high = middle;
      else low = middle + 1;
    }
    return this.events.slice(low);
  }
}
