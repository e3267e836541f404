import type { CloneStrategy, StorageClassRecord } from '../harvester/types';
import type { Evidence, ParamValue } from '../health/types';
import type { RawObject } from '../kube/types';

export type Params = Readonly<Record<string, ParamValue>>;

/** Why a class is never offered for boot volumes. Words: `lhv2.boot.class.refusal.<code>`. */
export type ClassRefusal = 'not-longhorn' | 'engine-v1' | 'per-image' | 'reserved' | 'sharded' | 'encrypted' | 'being-deleted';

/** What a person should know of a class that is offered. Words: `lhv2.boot.class.warning.<code>`. */
export type ClassWarning =
  | 'not-migratable' | 'single-replica' | 'waits-for-consumer' | 'clone-unsupported' | 'clone-may-hang'
  | 'linked-clone' | 'not-expandable' | 'too-few-nodes';

/** A storage class as a home of boot volumes. */
export interface BootClass {
  readonly name: string;
  readonly record: StorageClassRecord;
  /** null: may be offered. */
  readonly refusal: ClassRefusal | null;
  readonly warnings: readonly ClassWarning[];
  readonly replicas: number;
  readonly isMigratable: boolean;
  readonly isDefault: boolean;
  readonly isRecommended: boolean;
  /** How CDI will really copy the golden image into a VM's disk; `unknown` when neither profile nor class says. */
  readonly cloneStrategy: CloneStrategy;
  /** What CDI gives a claim without modes of its own; from the class's parameters when the profile can't be read. */
  readonly accessModes: readonly string[];
  readonly volumeMode: string;
  readonly nodeSelector: readonly string[];
  readonly diskSelector: readonly string[];
  /** Nodes that could hold one of its replicas today; null when nodes or disks can't be read. */
  readonly usableNodes: readonly string[] | null;
}

/** `unverified`: what it takes to tell can't be read; it never blocks. */
export type ReadinessState = 'ready' | 'warning' | 'blocked' | 'unverified';

export type ReadinessId =
  | 'version' | 'engine-setting' | 'engine-longhorn' | 'csi-driver' | 'class' | 'migratable' | 'binding-mode' | 'clone'
  | 'nodes' | 'v2-disks' | 'capacity' | 'hugepages' | 'instance-managers' | 'migration-nodes' | 'single-node-clone'
  | 'image' | 'disk-size' | 'permission';

/**
 * One line of the readiness list. Words: `lhv2.boot.check.<code>.{title,detail}`; for `unverified`
 * `lhv2.boot.check.subject.<id>` with `lhv2.boot.unverified.<code>`. `whatToDo` is a code under `lhv2.boot.fix`.
 */
export interface ReadinessCheck {
  readonly id: ReadinessId;
  readonly state: ReadinessState;
  /** `cluster`: concerns every class; a blocked one greys the option out. `class`: concerns the chosen class or disk. */
  readonly scope: 'cluster' | 'class';
  readonly code: string;
  readonly params: Params;
  readonly evidence: readonly Evidence[];
  readonly whatToDo: string | null;
}

/** What the inventory does not keep and a caller asked the API for; null = could not be told. */
export interface ClusterFacts {
  readonly hasCsiDriver: boolean | null;
  readonly canCreateImages: boolean | null;
  readonly canCreateMachines: boolean | null;
}

/** A value in a form that stops Create. Words: `lhv2.boot.problem.<code>`. */
export interface PlanProblem {
  readonly field: string;
  readonly code: string;
  readonly params: Params;
}

/** Something to know before Create; stops nothing. Words: `lhv2.boot.note.<code>.{title,detail}`. */
export interface PlanNote {
  readonly code: string;
  readonly level: 'info' | 'warning';
  readonly params: Params;
}

/** What will be posted, and what stands against it. `body` is null while there are problems. */
export interface ObjectPlan {
  readonly body: RawObject | null;
  readonly problems: readonly PlanProblem[];
}

export type StepState = 'waiting' | 'running' | 'done' | 'stalled' | 'failed' | 'unknown';

/** One step on the way to a usable image or a booted machine. Words: `lhv2.boot.step.<id>.{title}` and `lhv2.boot.step.<id>.<code>`. */
export interface PipelineStep {
  readonly id: string;
  readonly state: StepState;
  readonly code: string;
  readonly params: Params;
  /** Percent 0..100, only while something measures it. */
  readonly progress: number | null;
  readonly evidence: readonly Evidence[];
}

/** Why it does not go on. Words: `lhv2.boot.cause.<code>.{title,next}`. */
export interface PipelineCause {
  readonly code: string;
  readonly params: Params;
  readonly evidence: readonly Evidence[];
  /** It goes on by itself when the cause goes away; false: somebody has to delete and create again. */
  readonly isRecoverable: boolean;
}

export interface Pipeline {
  /** `gone`: the object does not exist (any more). `unknown`: it can't be read. */
  readonly state: 'running' | 'done' | 'stalled' | 'failed' | 'stopped' | 'gone' | 'unknown';
  readonly steps: readonly PipelineStep[];
  readonly cause: PipelineCause | null;
}
