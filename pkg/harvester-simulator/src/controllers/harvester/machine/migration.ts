import type { Cluster, Fields, KubeObject } from '../../../contract';
import { annotationsOf, setCondition, statusOf } from '../support/conditions';
import { defineController, objectKey } from '../support/controller';
import { isNodeAlive } from '../support/nodes';
import { finishPod, getPod, ownerReference, podNode, podPhase, removePod } from '../support/pods';
import { HARVESTER, keyOf, TYPE } from '../support/types';
import { reportInterfaces } from './instance-status';
import { guestMemory, createLauncher } from './launcher';
import { copyTime, dropMove, finishMove, targetsOf } from './volume-migration';
import { launcherPods, MIGRATION_FINALIZER, phaseOf, vmiEvent } from './machine';

const POLL = 500;
const STEP = 1000;
/** KubeVirt gives a target pod five minutes to be scheduled and fifteen to start. */
const UNSCHEDULABLE_AFTER = 300_000;
const PENDING_AFTER = 900_000;
/** Pre-copy over the cluster's own network, and what a busy guest dirties again. */
const COPY_BYTES_PER_SECOND = 400 * 1024 * 1024;
const DIRTY_FACTOR = 1.25;

const TARGET_POD = 'simulator.harvesterhci.io/target-pod';

export function migrationPhase(migration: KubeObject | undefined): string {
  return String(migration?.status?.phase ?? '');
}

export function isMigrationOver(migration: KubeObject): boolean {
  const phase = migrationPhase(migration);
  return phase === 'Succeeded' || phase === 'Failed';
}

/** The migration of an instance that is under way. */
export function activeMigration(cluster: Cluster, vmi: KubeObject): KubeObject | undefined {
  return cluster.store.list(TYPE.vmim, { namespace: vmi.metadata.namespace }).find((migration) => migration.spec?.vmiName === vmi.metadata.name && !isMigrationOver(migration));
}

function setMigrationPhase(cluster: Cluster, migration: KubeObject, phase: string): void {
  cluster.store.edit(TYPE.vmim, objectKey(migration), (draft) => {
    const status = statusOf(draft);
    if (status.phase === phase) return;
    status.phase = phase;
    status.phaseTransitionTimestamps = [...((status.phaseTransitionTimestamps ?? []) as Fields[]), { phase, phaseTransitionTimestamp: cluster.clock.iso() }];
  });
}

function editMigrationState(cluster: Cluster, vmi: KubeObject, change: (state: Fields) => void): void {
  cluster.store.edit(TYPE.vmi, objectKey(vmi), (draft) => {
    const status = statusOf(draft);
    status.migrationState = { ...(status.migrationState as Fields | undefined) };
    change(status.migrationState);
  });
}

/** Harvester's own marks on the instance, by which its UI knows of a migration. */
function markInstance(cluster: Cluster, vmi: KubeObject, migration: KubeObject | undefined, state: string | undefined): void {
  cluster.store.edit(TYPE.vmi, objectKey(vmi), (draft) => {
    const annotations = annotationsOf(draft);
    if (state === undefined || migration === undefined) {
      delete annotations[HARVESTER.migrationState];
      delete annotations[HARVESTER.migrationUid];
      delete annotations[HARVESTER.migrationTarget];
    } else {
      annotations[HARVESTER.migrationState] = state;
      annotations[HARVESTER.migrationUid] = migration.metadata.uid ?? '';
    }
  });
}

class Migrations {
  private readonly phaseSince = new Map<string, number>();

  constructor(private readonly cluster: Cluster) {}

  reconcile(key: string): number | undefined {
    const migration = this.cluster.store.get(TYPE.vmim, key);
    if (migration === undefined) {
      this.phaseSince.delete(key);
      return undefined;
    }
    const vmi = this.cluster.store.get(TYPE.vmi, keyOf(migration.metadata.namespace, String(migration.spec?.vmiName)));
    if (migration.metadata.deletionTimestamp !== undefined) return this.abort(migration, vmi);
    if (isMigrationOver(migration)) return undefined;
    if (!(migration.metadata.finalizers ?? []).includes(MIGRATION_FINALIZER)) {
      this.cluster.store.edit(TYPE.vmim, key, (draft) => {
        draft.metadata.finalizers = [...(draft.metadata.finalizers ?? []), MIGRATION_FINALIZER];
        draft.metadata.labels = { ...draft.metadata.labels, 'kubevirt.io/vmi-name': String(draft.spec?.vmiName) };
        if (vmi !== undefined) draft.metadata.ownerReferences = [ownerReference(vmi)];
      });
    }
    if (vmi === undefined || vmi.metadata.deletionTimestamp !== undefined || phaseOf(vmi) !== 'Running') return this.fail(migration, vmi, 'the virtual machine instance is gone');
    const since = this.phaseSince.get(key) ?? this.cluster.clock.now();
    this.phaseSince.set(key, since);
    switch (migrationPhase(migration)) {
      case '':
        return this.to(migration, 'Pending');
      case 'Pending':
        return this.startTarget(migration, vmi);
      case 'Scheduling':
        return this.awaitTarget(migration, vmi, since);
      case 'Scheduled':
        return this.handOff(migration, vmi);
      case 'PreparingTarget':
        return this.after(since, STEP, () => this.to(migration, 'TargetReady'));
      case 'TargetReady':
        return this.after(since, STEP, () => this.run(migration, vmi));
      default:
        return this.copy(migration, vmi, since);
    }
  }

  private to(migration: KubeObject, phase: string): number {
    this.phaseSince.set(objectKey(migration), this.cluster.clock.now());
    setMigrationPhase(this.cluster, migration, phase);
    return 0;
  }

  private after(since: number, wait: number, next: () => number | undefined): number | undefined {
    const left = since + wait - this.cluster.clock.now();
    return left > 0 ? left : next();
  }

  private targetPod(migration: KubeObject): KubeObject | undefined {
    return getPod(this.cluster, migration.metadata.namespace ?? '', migration.metadata.annotations?.[TARGET_POD] ?? '');
  }

  private sourcePod(vmi: KubeObject, migration: KubeObject): KubeObject | undefined {
    const target = migration.metadata.annotations?.[TARGET_POD];
    return launcherPods(this.cluster, vmi).find((pod) => podNode(pod) === vmi.status?.nodeName && pod.metadata.name !== target);
  }

  private startTarget(migration: KubeObject, vmi: KubeObject): number | undefined {
    const other = activeMigration(this.cluster, vmi);
    if (other !== undefined && other.metadata.uid !== migration.metadata.uid && migrationPhase(other) !== 'Pending' && migrationPhase(other) !== '') return STEP;
    const pod = createLauncher(this.cluster, vmi, {
      avoid: String(vmi.status?.nodeName),
      nodeSelector: migration.spec?.addedNodeSelector as Record<string, string> | undefined,
      annotations: { 'kubevirt.io/migrationJobName': migration.metadata.name },
      withHotplugged: true,
      claims: targetsOf(vmi)
    });
    this.cluster.store.edit(TYPE.vmim, objectKey(migration), (draft) => {
      annotationsOf(draft)[TARGET_POD] = pod.metadata.name;
    });
    markInstance(this.cluster, vmi, migration, 'Migrating');
    vmiEvent(this.cluster, vmi, 'Normal', 'SuccessfulCreate', `Created migration target pod ${migration.metadata.namespace ?? ''}/${pod.metadata.name}`);
    return this.to(migration, 'Scheduling');
  }

  private awaitTarget(migration: KubeObject, vmi: KubeObject, since: number): number | undefined {
    const pod = this.targetPod(migration);
    if (pod === undefined) return this.fail(migration, vmi, 'target pod shutdown during migration');
    if (podPhase(pod) === 'Running') return this.to(migration, 'Scheduled');
    const waited = this.cluster.clock.now() - since;
    if (podNode(pod) === '' && waited >= UNSCHEDULABLE_AFTER) return this.fail(migration, vmi, 'target pod shutdown during migration');
    if (waited >= PENDING_AFTER) return this.fail(migration, vmi, 'target pod shutdown during migration');
    return POLL;
  }

  private handOff(migration: KubeObject, vmi: KubeObject): number | undefined {
    const target = this.targetPod(migration);
    const source = this.sourcePod(vmi, migration);
    if (target === undefined) return this.fail(migration, vmi, 'target pod shutdown during migration');
    editMigrationState(this.cluster, vmi, (state) => {
      for (const field of Object.keys(state)) delete state[field];
      Object.assign(state, {
        migrationUid: migration.metadata.uid,
        mode: 'PreCopy',
        sourceNode: vmi.status?.nodeName,
        sourcePod: source?.metadata.name ?? '',
        targetNode: podNode(target),
        targetPod: target.metadata.name,
        startTimestamp: this.cluster.clock.iso(),
        migrationConfiguration: { parallelMigrationsPerCluster: 5, parallelOutboundMigrationsPerNode: 2, completionTimeoutPerGiB: 150, progressTimeout: 150, allowPostCopy: false, allowAutoConverge: false }
      });
    });
    this.cluster.store.edit(TYPE.vmi, objectKey(vmi), (draft) => {
      const status = statusOf(draft);
      status.activePods = { ...(status.activePods as object), [target.metadata.uid ?? '']: podNode(target) };
      draft.metadata.labels = { ...draft.metadata.labels, 'kubevirt.io/migrationTargetNodeName': podNode(target) };
    });
    vmiEvent(this.cluster, vmi, 'Normal', 'PreparingTarget', `Migration Target is listening at ${String(target.status?.podIP)}, on ports: 49152`);
    return this.to(migration, 'PreparingTarget');
  }

  private run(migration: KubeObject, vmi: KubeObject): number {
    editMigrationState(this.cluster, vmi, (state) => {
      state.targetNodeDomainDetected = true;
      state.targetNodeAddress = String(this.targetPod(migration)?.status?.podIP ?? '');
    });
    return this.to(migration, 'Running');
  }

  private copy(migration: KubeObject, vmi: KubeObject, since: number): number | undefined {
    const target = this.targetPod(migration);
    if (target === undefined || !isNodeAlive(this.cluster, podNode(target))) return this.fail(migration, vmi, 'target pod shutdown during migration');
    if (!isNodeAlive(this.cluster, String(vmi.status?.nodeName))) return STEP;
    const duration = ((guestMemory(vmi.spec ?? {}) * DIRTY_FACTOR) / COPY_BYTES_PER_SECOND) * 1000 + copyTime(this.cluster, vmi);
    return this.after(since, duration, () => this.complete(migration, vmi, target));
  }

  private complete(migration: KubeObject, vmi: KubeObject, target: KubeObject): undefined {
    const source = this.sourcePod(vmi, migration);
    editMigrationState(this.cluster, vmi, (state) => {
      state.completed = true;
      state.endTimestamp = this.cluster.clock.iso();
      state.targetNodeDomainReadyTimestamp = this.cluster.clock.iso();
    });
    this.cluster.store.edit(TYPE.vmi, objectKey(vmi), (draft) => {
      const status = statusOf(draft);
      status.nodeName = podNode(target);
      status.activePods = { [target.metadata.uid ?? '']: podNode(target) };
      delete status.evacuationNodeName;
      const labels: Record<string, string> = { ...draft.metadata.labels, 'kubevirt.io/nodeName': podNode(target) };
      delete labels['kubevirt.io/migrationTargetNodeName'];
      draft.metadata.labels = labels;
    });
    finishMove(this.cluster, vmi);
    reportInterfaces(this.cluster, vmi, String(target.status?.podIP ?? ''));
    markInstance(this.cluster, vmi, migration, undefined);
    setMigrationPhase(this.cluster, migration, 'Succeeded');
    if (source !== undefined) {
      finishPod(this.cluster, source, 'Succeeded');
      removePod(this.cluster, source.metadata.namespace ?? '', source.metadata.name);
    }
    vmiEvent(this.cluster, vmi, 'Normal', 'Migrated', `The VirtualMachineInstance migrated to node ${podNode(target)}.`);
    return undefined;
  }

  private fail(migration: KubeObject, vmi: KubeObject | undefined, reason: string): undefined {
    this.dropTarget(migration);
    if (vmi !== undefined) {
      dropMove(this.cluster, vmi);
      this.endState(vmi, migration, { failed: true, failureReason: reason });
      markInstance(this.cluster, vmi, migration, undefined);
      vmiEvent(this.cluster, vmi, 'Warning', 'FailedMigration', `VirtualMachineInstance migration uid ${migration.metadata.uid ?? ''} failed. reason:${reason}`);
    }
    this.cluster.store.edit(TYPE.vmim, objectKey(migration), (draft) => setCondition(draft, this.cluster.clock.iso(), 'lastProbeTime', { type: 'migrationRejectedByResourceQuota', status: 'False' }));
    setMigrationPhase(this.cluster, migration, 'Failed');
    return undefined;
  }

  /** Ends the instance's record of this migration, and drops the target from its pods. */
  private endState(vmi: KubeObject, migration: KubeObject, outcome: Fields): void {
    if (vmi.status?.migrationState?.migrationUid !== migration.metadata.uid) return;
    editMigrationState(this.cluster, vmi, (state) => {
      Object.assign(state, outcome, { completed: true, endTimestamp: this.cluster.clock.iso() });
    });
    this.cluster.store.edit(TYPE.vmi, objectKey(vmi), (draft) => {
      const status = statusOf(draft);
      status.activePods = Object.fromEntries(Object.entries((status.activePods ?? {}) as Record<string, string>).filter(([, node]) => node === status.nodeName));
      const labels = { ...draft.metadata.labels };
      delete labels['kubevirt.io/migrationTargetNodeName'];
      draft.metadata.labels = labels;
    });
  }

  private dropTarget(migration: KubeObject): void {
    const target = this.targetPod(migration);
    if (target !== undefined) removePod(this.cluster, target.metadata.namespace ?? '', target.metadata.name);
  }

  /** Deleting a migration aborts it; the guest stays where it was. */
  private abort(migration: KubeObject, vmi: KubeObject | undefined): undefined {
    if (!isMigrationOver(migration)) {
      this.dropTarget(migration);
      if (vmi !== undefined) {
        dropMove(this.cluster, vmi);
        this.endState(vmi, migration, { abortRequested: true, abortStatus: 'Succeeded', failed: true, failureReason: 'Live migration aborted ' });
        markInstance(this.cluster, vmi, migration, undefined);
        vmiEvent(this.cluster, vmi, 'Normal', 'SuccessfulAbortMigration', `Migration ${objectKey(migration)} aborted`);
      }
    }
    this.cluster.store.edit(TYPE.vmim, objectKey(migration), (draft) => {
      draft.metadata.finalizers = (draft.metadata.finalizers ?? []).filter((finalizer) => finalizer !== MIGRATION_FINALIZER);
    });
    return undefined;
  }
}

/** Live migration: a target pod (whose attachment is Longhorn's second ticket), the copy, the switch of the node. */
export const migrationController = defineController({
  name: 'migration-controller',
  watches: [{ typeId: TYPE.vmim }],
  create: (cluster) => {
    const migrations = new Migrations(cluster);
    return (key) => migrations.reconcile(key);
  }
});

/** Asks for a live migration, to a node or to wherever the scheduler likes. */
export function createMigration(cluster: Cluster, vmi: KubeObject, nodeName?: string): KubeObject {
  if (nodeName !== undefined) {
    cluster.store.edit(TYPE.vmi, objectKey(vmi), (draft) => {
      annotationsOf(draft)[HARVESTER.migrationTarget] = nodeName;
    });
  }
  return cluster.store.create(TYPE.vmim, {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachineInstanceMigration',
    metadata: { generateName: `${vmi.metadata.name}-`, namespace: vmi.metadata.namespace },
    spec: { vmiName: vmi.metadata.name, ...(nodeName === undefined ? {} : { addedNodeSelector: { 'kubernetes.io/hostname': nodeName } }) }
  });
}

