/** The seams between the rooms of the simulator: store, clock, controllers, HTTP surface. */
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface ObjectMetadata {
  name: string;
  namespace?: string;
  generateName?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean; blockOwnerDeletion?: boolean }[];
}

/** A Kubernetes object as stored: no Steve fields (`id`, `links`, `actions`, `metadata.state`…). */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- controllers edit free-form spec and status
export type Fields = Record<string, any>;

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMetadata;
  spec?: Fields;
  status?: Fields;
  [field: string]: unknown;
}

/** What `create` takes: the name may come from `generateName`; apiVersion and kind come from the type. */
export interface NewObject {
  apiVersion?: string;
  kind?: string;
  metadata: Partial<ObjectMetadata>;
  spec?: Fields;
  status?: Fields;
  [field: string]: unknown;
}

export interface ResourceType {
  /** Steve schema id: `longhorn.io.volume`, `node`. */
  id: string;
  /** Steve plural path segment: `longhorn.io.volumes`, `nodes`. */
  pluralName: string;
  group: string;
  version: string;
  kind: string;
  /** Kubernetes resource: `volumes`. */
  resource: string;
  namespaced: boolean;
}

export interface WatchEvent {
  type: 'create' | 'change' | 'remove';
  typeId: string;
  /** The object after the change; before it, for `remove`. Never mutate. */
  object: KubeObject;
  revision: number;
}

export interface ListOptions {
  namespace?: string;
  labels?: Record<string, string>;
}

/**
 * Objects by type and key (`<namespace>/<name>` or `<name>`). Every write gets the next revision; what comes out is a
 * frozen snapshot. Deleting an object that has finalizers only sets `deletionTimestamp`; objects owned by a deleted
 * owner are collected.
 */
export interface Store {
  readonly types: readonly ResourceType[];
  readonly revision: number;
  type(id: string): ResourceType | undefined;
  get(typeId: string, key: string): KubeObject | undefined;
  list(typeId: string, options?: ListOptions): KubeObject[];
  /**
   * Throws StoreError 409 AlreadyExists. Fills uid, timestamps, generateName.
   * @param isOwned the object is plain data that nobody else holds: it is taken as it is, not copied
   */
  create(typeId: string, object: NewObject, isOwned?: boolean): KubeObject;
  /** Throws StoreError 404, or 409 Conflict when `metadata.resourceVersion` is given and stale. */
  update(typeId: string, object: KubeObject): KubeObject;
  /** The controllers' way to write: edit a draft; an edit that changes nothing writes nothing. Returns undefined when the object is gone. */
  edit(typeId: string, key: string, change: (draft: KubeObject) => void): KubeObject | undefined;
  /** true when something was deleted or marked for deletion. */
  remove(typeId: string, key: string): boolean;
  watch(listener: (event: WatchEvent) => void): () => void;
  /** Events after the revision, oldest first, or 'too-old' when the log no longer reaches back that far. */
  since(typeId: string, revision: number): WatchEvent[] | 'too-old';
}

/** Cluster time. All timers of the simulator hang on it; `speed` scales it, tests advance it by hand. */
export interface Clock {
  /** Epoch milliseconds of cluster time. */
  now(): number;
  /** RFC 3339 of `now()`, to the second, as Kubernetes writes it. */
  iso(): string;
  /** Runs `fn` once, `ms` of cluster time from now; equal times run in the order of the calls. Returns the cancel. */
  after(ms: number, fn: () => void): () => void;
  every(ms: number, fn: () => void): () => void;
  /** Only for clocks driven by hand: moves time and runs everything that falls due. */
  advance(ms: number): void;
  speed: number;
}

/** Seeded randomness: the only source of it. */
export interface Random {
  next(): number;
  integer(below: number): number;
  pick<T>(items: readonly T[]): T;
  hex(length: number): string;
  lower(length: number): string;
  uuid(): string;
}

export type HarvesterMinor = '1.5' | '1.6' | '1.7' | '1.8' | '1.9';

/** What differs between versions; one constant per Harvester minor in `src/profiles.ts`. */
export interface Profile {
  harvester: HarvesterMinor;
  /** `server-version`, e.g. v1.8.2. */
  serverVersion: string;
  longhorn: string;
  longhornMinor: number;
  kubernetes: string;
  /** Strategy the storage class mutator writes for v2 classes. */
  cloneStrategy: 'copy' | 'csi-clone';
  hasEngineFrontend: boolean;
}

/** Durations in milliseconds of cluster time, and rates: what a scenario may slow down. */
export interface Timings {
  nodeMonitorGrace: number;
  replicaFailureDetection: number;
  enginePoll: number;
  attach: number;
  importBytesPerSecond: number;
  cloneBytesPerSecond: number;
  rebuildBytesPerSecond: number;
  vmBoot: number;
}

/** What each controller gets. */
export interface Cluster {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly profile: Profile;
  readonly timings: Timings;
  /** Kubernetes nodes that are powered off or cut off right now (a fault, not an API object). */
  readonly faults: Faults;
  /** Whether image URLs may lead off this machine; loopback addresses only when absent. */
  readonly allowRemote?: boolean;
  /** Emits a Kubernetes Event object. */
  event(input: { namespace: string; involved: { apiVersion: string; kind: string; name: string; namespace?: string; uid?: string }; type: 'Normal' | 'Warning'; reason: string; message: string; component: string }): void;
}

/** The hidden truth that the CRs only reflect with delay. Changed by faults, read by controllers. */
export interface Faults {
  readonly downNodes: Set<string>;
  /** `<node>/<disk name>` */
  readonly pulledDisks: Set<string>;
  readonly replacedDisks: Set<string>;
  /** node names whose v2 instance manager has crashed and stays down */
  readonly crashedInstanceManagers: Set<string>;
  /** volume name -> text: the next rebuild of this volume fails so */
  readonly rebuildErrors: Map<string, string>;
  /** Controllers subscribe to learn that something here changed. */
  onChange(listener: () => void): () => void;
  changed(): void;
}

/** A controller reacts to store events and timers. `start` returns its stop. */
export interface Controller {
  readonly name: string;
  start(cluster: Cluster): () => void;
}

/** An action handler (`?action=`), registered by the controllers' room and called by the HTTP surface. */
export interface ActionResult {
  /** 200 with a body, or 204 without. */
  status: number;
  body?: unknown;
}

/** Throw to answer with a plain-text error, as Harvester's action handlers do. */
export class ActionError extends Error {
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

export class StoreError extends Error {
  constructor(readonly status: number, readonly code: string, message: string) {
    super(message);
  }
}

export interface ActionHandler {
  typeId: string;
  action: string;
  /** Whether Steve advertises the action on this object now. */
  isOffered(cluster: Cluster, object: KubeObject): boolean;
  run(cluster: Cluster, object: KubeObject, body: Fields, user: string): ActionResult | Promise<ActionResult>;
}

/**
 * An action whose request body is a stream (image upload): the HTTP surface hands over the request before a byte of its
 * body is read. Takes precedence over an `ActionHandler` of the same name. Rejecting with `ActionError` answers in
 * plain text; the surface drains or closes what is left of the request.
 */
export interface StreamAction {
  typeId: string;
  action: string;
  /** Whether Steve advertises the action on this object now. */
  isOffered(cluster: Cluster, object: KubeObject): boolean;
  run(cluster: Cluster, object: KubeObject, req: IncomingMessage, url: URL, user: string): Promise<ActionResult>;
}

/** A `GET …/<link>` on an object, advertised in its `links` (`download`, `downloadcancel`). */
export interface LinkHandler {
  typeId: string;
  link: string;
  run(cluster: Cluster, object: KubeObject, res: ServerResponse): Promise<void> | void;
}

/** A named cluster. `build` fills an empty cluster (its controllers already run) and may set faults and timers. */
export interface Scenario {
  readonly name: string;
  /** One sentence for `--help` and the panel. */
  readonly description: string;
  readonly timings?: Partial<Timings>;
  build(cluster: Cluster): void;
}

/** What a fault or control call changed, in one sentence; throw `StoreError` 404/422 for bad arguments. */
export interface FaultDefinition {
  readonly name: string;
  readonly description: string;
  /** Argument names, `?` at the end when optional: `node`, `disk?`. */
  readonly args: readonly string[];
  apply(cluster: Cluster, args: Readonly<Record<string, unknown>>): string;
}
