import type { Clock, KubeObject, ListOptions, NewObject, ObjectMetadata, Random, ResourceType, Store, WatchEvent } from '../contract';
import { StoreError } from '../contract';
import { Bucket, WatchLog, addTo, removeFrom } from './bucket';
import { EventQueue } from './event-queue';
import { clone, freeze, isSame } from './json';
import { RESOURCE_TYPES, apiVersionOf, resourceName } from './types';

export interface StoreOptions {
  clock: Pick<Clock, 'iso'>;
  random: Pick<Random, 'uuid' | 'lower'>;
  types?: readonly ResourceType[];
  /** Events kept per type for `since`. */
  logLimit?: number;
  /** Gets what listeners throw; without it the write that caused it throws, which is what tests want. */
  onListenerError?: (error: unknown) => void;
}

/** Revisions start here: a young etcd's, so that "too old" can be told from "from the start". */
const FIRST_REVISION = 1000;
const DEFAULT_LOG_LIMIT = 8192;

interface Place {
  type: ResourceType;
  bucket: Bucket;
  log: WatchLog;
}

class MemoryStore implements Store {
  readonly types: readonly ResourceType[];
  private current = FIRST_REVISION;
  private readonly places = new Map<string, Place>();
  /** uid -> `<type id> <key>` of the object that has it. */
  private readonly byUid = new Map<string, string>();
  /** owner uid -> `<type id> <key>` of its dependents. */
  private readonly dependents = new Map<string, Set<string>>();
  private readonly events: EventQueue;

  constructor(private readonly options: StoreOptions) {
    this.types = options.types ?? RESOURCE_TYPES;
    this.events = new EventQueue(options.onListenerError);
    for (const type of this.types) {
      this.places.set(type.id, { type, bucket: new Bucket(), log: new WatchLog(options.logLimit ?? DEFAULT_LOG_LIMIT, FIRST_REVISION) });
    }
  }

  get revision(): number {
    return this.current;
  }

  type(id: string): ResourceType | undefined {
    return this.places.get(id)?.type;
  }

  get(typeId: string, key: string): KubeObject | undefined {
    return this.place(typeId).bucket.objects.get(key);
  }

  list(typeId: string, options: ListOptions = {}): KubeObject[] {
    return this.place(typeId).bucket.select(options.namespace, options.labels);
  }

  create(typeId: string, object: NewObject, isOwned = false): KubeObject {
    const place = this.place(typeId);
    const draft = this.prepare(place.type, isOwned ? object : clone(object));
    const key = this.keyOf(place.type, draft.metadata);
    if (place.bucket.objects.has(key)) throw alreadyExists(place.type, draft.metadata.name);
    this.put(place, key, draft, 'create');
    return draft;
  }

  update(typeId: string, object: KubeObject): KubeObject {
    const place = this.place(typeId);
    const key = this.keyOf(place.type, object.metadata);
    const before = place.bucket.objects.get(key);
    if (before === undefined) throw notFound(place.type, object.metadata.name);
    const { resourceVersion, uid } = object.metadata;
    if (resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== before.metadata.resourceVersion) {
      throw conflict(place.type, object.metadata.name, 'the object has been modified; please apply your changes to the latest version and try again');
    }
    if (uid !== undefined && uid !== '' && uid !== before.metadata.uid) {
      throw conflict(place.type, object.metadata.name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${String(before.metadata.uid)}`);
    }
    return this.write(place, key, before, clone(object));
  }

  edit(typeId: string, key: string, change: (draft: KubeObject) => void): KubeObject | undefined {
    const place = this.place(typeId);
    const before = place.bucket.objects.get(key);
    if (before === undefined) return undefined;
    const draft = clone(before);
    change(draft);
    return this.write(place, key, before, clone(draft));
  }

  remove(typeId: string, key: string): boolean {
    const place = this.place(typeId);
    const before = place.bucket.objects.get(key);
    if (before === undefined) return false;
    if ((before.metadata.finalizers ?? []).length > 0) {
      if (before.metadata.deletionTimestamp !== undefined) return false;
      const marked = clone(before);
      marked.metadata.deletionTimestamp = this.options.clock.iso();
      this.put(place, key, marked, 'change');
      return true;
    }
    this.erase(place, key, before);
    return true;
  }

  watch(listener: (event: WatchEvent) => void): () => void {
    return this.events.add(listener);
  }

  since(typeId: string, revision: number): WatchEvent[] | 'too-old' {
    return this.place(typeId).log.since(revision);
  }

  private place(typeId: string): Place {
    const place = this.places.get(typeId);
    if (place === undefined) throw new StoreError(404, 'NotFound', `failed to find schema ${typeId}`);
    return place;
  }

  private keyOf(type: ResourceType, metadata: Partial<ObjectMetadata>): string {
    const { name, namespace } = metadata;
    if (name === undefined || name === '') {
      throw new StoreError(422, 'Invalid', `${type.kind} "" is invalid: metadata.name: Required value: name or generateName is required`);
    }
    if (!type.namespaced) return name;
    if (namespace === undefined || namespace === '') {
      throw new StoreError(422, 'Invalid', `${type.kind} "${name}" is invalid: metadata.namespace: Required value`);
    }
    return `${namespace}/${name}`;
  }

  private prepare(type: ResourceType, object: NewObject): KubeObject {
    const { apiVersion: _version, kind: _kind, metadata: given, ...rest } = object;
    const metadata: ObjectMetadata = { ...given, name: given.name ?? '' };
    if (metadata.name === '' && given.generateName !== undefined && given.generateName !== '') {
      metadata.name = given.generateName + this.options.random.lower(5);
    }
    if (!type.namespaced) delete metadata.namespace;
    delete metadata.deletionTimestamp;
    // Bulk loads bring the uids that their objects refer to; those of clients are taken away before.
    metadata.uid = given.uid === undefined || given.uid === '' ? this.options.random.uuid() : given.uid;
    metadata.creationTimestamp = given.creationTimestamp ?? this.options.clock.iso();
    metadata.generation = 1;
    return { apiVersion: apiVersionOf(type), kind: type.kind, metadata, ...rest };
  }

  private write(place: Place, key: string, before: KubeObject, draft: KubeObject): KubeObject {
    const old = before.metadata;
    const metadata = draft.metadata;
    // Server-owned: whatever the draft says about these does not count.
    Object.assign(metadata, { name: old.name, uid: old.uid, creationTimestamp: old.creationTimestamp, resourceVersion: old.resourceVersion, generation: old.generation });
    if (old.namespace !== undefined) metadata.namespace = old.namespace;
    if (old.deletionTimestamp === undefined) delete metadata.deletionTimestamp;
    else metadata.deletionTimestamp = old.deletionTimestamp;
    draft.apiVersion = before.apiVersion;
    draft.kind = before.kind;
    if (isSame(before, draft)) return before;
    if (!isSame(before.spec, draft.spec)) metadata.generation = (old.generation ?? 1) + 1;
    if (old.deletionTimestamp !== undefined && (metadata.finalizers ?? []).length === 0) {
      this.erase(place, key, before);
      return before;
    }
    this.put(place, key, draft, 'change');
    return draft;
  }

  private put(place: Place, key: string, object: KubeObject, change: 'create' | 'change'): void {
    const revision = ++this.current;
    object.metadata.resourceVersion = String(revision);
    freeze(object);
    this.unlinkOwners(place, key);
    place.bucket.put(key, object);
    const address = `${place.type.id} ${key}`;
    if (object.metadata.uid !== undefined) this.byUid.set(object.metadata.uid, address);
    for (const owner of object.metadata.ownerReferences ?? []) addTo(this.dependents, owner.uid, address);
    this.publish(place, { type: change, typeId: place.type.id, object, revision });
  }

  private erase(place: Place, key: string, before: KubeObject): void {
    const revision = ++this.current;
    this.unlinkOwners(place, key);
    place.bucket.drop(key);
    const uid = before.metadata.uid;
    if (uid !== undefined) this.byUid.delete(uid);
    this.publish(place, { type: 'remove', typeId: place.type.id, object: before, revision });
    if (uid !== undefined) this.collect(uid);
    if (place.type.id === 'namespace') this.emptyNamespace(before.metadata.name);
  }

  private publish(place: Place, event: WatchEvent): void {
    place.log.push(event);
    this.events.emit(event);
  }

  private unlinkOwners(place: Place, key: string): void {
    const address = `${place.type.id} ${key}`;
    for (const owner of place.bucket.objects.get(key)?.metadata.ownerReferences ?? []) removeFrom(this.dependents, owner.uid, address);
  }

  /** The garbage collector: a dependent goes with its last owner; with others left it only loses the reference. */
  private collect(ownerUid: string): void {
    for (const address of [...(this.dependents.get(ownerUid) ?? [])]) {
      const [typeId = '', key = ''] = address.split(' ');
      const hasOtherOwner = this.get(typeId, key)?.metadata.ownerReferences?.some((owner) => owner.uid !== ownerUid && this.byUid.has(owner.uid)) ?? false;
      if (hasOtherOwner) {
        this.edit(typeId, key, (draft) => {
          draft.metadata.ownerReferences = draft.metadata.ownerReferences?.filter((owner) => owner.uid !== ownerUid);
        });
      } else {
        this.remove(typeId, key);
      }
    }
    this.dependents.delete(ownerUid);
  }

  private emptyNamespace(namespace: string): void {
    for (const { type, bucket } of this.places.values()) {
      if (!type.namespaced) continue;
      for (const object of bucket.select(namespace, undefined)) this.remove(type.id, `${namespace}/${object.metadata.name}`);
    }
  }
}

/** `volumes.longhorn.io "x" not found`, as Kubernetes words it. */
export function notFound(type: ResourceType, name: string): StoreError {
  return new StoreError(404, 'NotFound', `${resourceName(type)} "${name}" not found`);
}

function alreadyExists(type: ResourceType, name: string): StoreError {
  return new StoreError(409, 'AlreadyExists', `${resourceName(type)} "${name}" already exists`);
}

function conflict(type: ResourceType, name: string, why: string): StoreError {
  return new StoreError(409, 'Conflict', `Operation cannot be fulfilled on ${resourceName(type)} "${name}": ${why}`);
}

/** An empty store. */
export function createStore(options: StoreOptions): Store {
  return new MemoryStore(options);
}
