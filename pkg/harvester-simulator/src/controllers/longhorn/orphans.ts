import { createHash } from 'node:crypto';
import { setCondition } from './conditions';
import type { LonghornContext } from './context';
import { API_VERSION, FINALIZER, LH, NAMESPACE, key } from './kinds';
import type { Leftover } from './memory';
import type { Condition, LonghornNode, Replica } from './types';

/** A replica's object is gone: its data too, unless its node or disk is out of reach. */
export function noteRemovedReplica(ctx: LonghornContext, replica: Replica): void {
  const { nodeID: node, diskID: disk, dataDirectoryName: data, lastHealthyAt, healthyAt } = replica.spec;
  if (node === '' || data === '' || (healthyAt === '' && lastHealthyAt === '')) return;
  const isKept = ctx.isReachable(node) && !isDiskOut(ctx, node, disk);
  const isShared = [...ctx.index.replicasOnNode(node)].some((other) => ctx.replica(other)?.spec.dataDirectoryName === data);
  if (!isKept && !isShared) ctx.leftovers.add({ node, disk, data, volume: replica.spec.volumeName });
}

function isDiskOut(ctx: LonghornContext, node: string, uuid: string): boolean {
  const name = Object.entries(ctx.node(node)?.status?.diskStatus ?? {}).find(([, status]) => status.diskUUID === uuid)?.[0];
  return name === undefined || ctx.cluster.faults.pulledDisks.has(`${node}/${name}`) || ctx.cluster.faults.replacedDisks.has(`${node}/${name}`);
}

/** `orphan-<sha256 of type, data, disk and path>`. */
function orphanName(leftover: Leftover, disk: string, path: string): string {
  return `orphan-${createHash('sha256').update(`replica-${leftover.data}-${disk}-${leftover.disk}-${path}`).digest('hex')}`;
}

/** Reports what a node's ready disks hold without an object (`orphan` monitor of the disk). */
export function reportOrphans(ctx: LonghornContext, node: LonghornNode): void {
  for (const [name, status] of Object.entries(node.status.diskStatus)) {
    const isReady = status.conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
    if (!isReady) continue;
    for (const leftover of ctx.leftovers.on(status.diskUUID)) {
      const id = orphanName(leftover, name, status.diskPath);
      if (ctx.cluster.store.get(LH.orphan, key(id)) !== undefined) continue;
      const conditions: Condition[] = [];
      setCondition(conditions, ctx.iso, 'DataCleanable', 'True');
      setCondition(conditions, ctx.iso, 'Error', 'False');
      ctx.cluster.store.create(LH.orphan, {
        apiVersion: API_VERSION,
        kind: 'Orphan',
        metadata: { name: id, namespace: NAMESPACE, labels: { 'longhorn.io/component': 'orphan', 'longhorn.io/managed-by': 'longhorn-manager', longhornnode: node.metadata.name, 'longhorn.io/orphan-type': 'replica' }, finalizers: [FINALIZER] },
        spec: {
          nodeID: node.metadata.name,
          orphanType: 'replica',
          ...(ctx.minor >= 9 ? { dataEngine: status.diskType === 'block' ? 'v2' : 'v1' } : {}),
          parameters: { DataName: leftover.data, DiskName: name, DiskUUID: status.diskUUID, DiskPath: status.diskPath, DiskType: status.diskType }
        },
        status: { conditions, ownerID: node.metadata.name }
      });
    }
  }
}

/** Deleting the object deletes the data; while its node or disk is away, both stay. */
export function syncOrphan(ctx: LonghornContext, name: string): void {
  const orphan = ctx.cluster.store.get(LH.orphan, key(name));
  if (orphan === undefined) return;
  const { DataName: data = '', DiskUUID: disk = '' } = (orphan.spec?.parameters ?? {}) as Record<string, string>;
  const node = String(orphan.spec?.nodeID ?? '');
  const reason = ctx.isNodeDown(node) ? 'NodeUnavailable' : isDiskOut(ctx, node, disk) ? 'DiskInvalid' : '';
  ctx.cluster.store.edit(LH.orphan, key(name), (draft) => {
    const conditions = (draft.status?.conditions ?? []) as Condition[];
    setCondition(conditions, ctx.iso, 'DataCleanable', reason === '' ? 'True' : 'False', reason);
    draft.status = { ...draft.status, conditions, ownerID: ctx.ownerFor(node, String(draft.status?.ownerID ?? '')) };
  });
  if (orphan.metadata.deletionTimestamp === undefined || reason !== '') return;
  ctx.leftovers.clean(disk, data);
  ctx.cluster.store.edit(LH.orphan, key(name), (draft) => { draft.metadata.finalizers = []; });
}
