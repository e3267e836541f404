import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createCluster, type RunningCluster } from '../../cluster';
import { ActionError, StoreError } from '../../contract';
import { PROFILES } from '../../profiles';
import { addBase, ordinaryNodes, UBUNTU } from '../../scenarios/build/index';
import { longhornController } from '../longhorn/index';
import { conformance } from '../../test-conformance';
import { actionHandlers } from './actions/index';
import { controllers } from './index';
import { csiTicketId } from './storage/attachments';
import { specOf } from './support/conditions';
import { claimNames, isFinished, podNode } from './support/pods';
import { keyOf, TYPE } from './support/types';
import { createMachine, printable } from './test-support';

vi.setConfig({ testTimeout: 300_000 });

const RUNS = Number(process.env.RANDOM_DAYS ?? 25);
const NODES = ['harvester-1', 'harvester-2', 'harvester-3'];
const MACHINES = ['a', 'b'];
let world: RunningCluster | undefined;
afterEach(() => {
  world?.stop();
  vi.restoreAllMocks();
});

type Step =
  | { do: 'create'; machine: string; fromImage: boolean }
  | { do: 'act'; machine: string; action: string }
  | { do: 'plug'; machine: string; out: boolean }
  | { do: 'delete'; machine: string; withDisks: boolean }
  | { do: 'node'; node: string; down: boolean }
  | { do: 'cordon'; node: string; on: boolean }
  | { do: 'wait'; seconds: number };

const machine = fc.constantFrom(...MACHINES);
const node = fc.constantFrom(...NODES);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('create' as const), machine, fromImage: fc.boolean() }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('act' as const), machine, action: fc.constantFrom('start', 'stop', 'forceStop', 'restart', 'pause', 'unpause', 'migrate', 'abortMigration', 'softreboot') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('plug' as const), machine, out: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), machine, withDisks: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('node' as const), node, down: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cordon' as const), node, on: fc.boolean() }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.constantFrom(1, 3, 10, 40, 400) }) }
);

async function act(cluster: RunningCluster, typeId: string, key: string, action: string, body: Record<string, unknown> = {}): Promise<void> {
  const object = cluster.store.get(typeId, key);
  const handler = actionHandlers.find((candidate) => candidate.typeId === typeId && candidate.action === action);
  if (object === undefined || handler === undefined) return;
  try {
    // Refusals are answers; anything else is a bug.
    await handler.run(cluster, object, body, 'admin');
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
  }
}

async function apply(cluster: RunningCluster, next: Step): Promise<void> {
  switch (next.do) {
    case 'create':
      try {
        createMachine(cluster, next.machine, next.fromImage ? { image: UBUNTU.name } : {});
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
      }
      return;
    case 'act':
      return act(cluster, TYPE.vm, `default/${next.machine}`, next.action);
    case 'plug':
      return act(cluster, TYPE.vm, `default/${next.machine}`, next.out ? 'removeVolume' : 'addVolume', { diskName: 'data', volumeSourceName: 'data' });
    case 'delete':
      if (next.withDisks) cluster.store.edit(TYPE.vm, `default/${next.machine}`, (draft) => { draft.metadata.annotations = { ...draft.metadata.annotations, 'harvesterhci.io/removedPersistentVolumeClaims': `${next.machine}-disk-0-abcde` }; });
      cluster.store.remove(TYPE.vm, `default/${next.machine}`);
      return;
    case 'node':
      if (next.down) cluster.faults.downNodes.add(next.node);
      else cluster.faults.downNodes.delete(next.node);
      cluster.faults.changed();
      return;
    case 'cordon':
      cluster.store.edit(TYPE.node, next.node, (draft) => { specOf(draft).unschedulable = next.on; });
      return;
    case 'wait':
      cluster.clock.advance(next.seconds * 1000);
  }
}

/** What must hold at every moment between steps. */
function checkAlways(cluster: RunningCluster): void {
  const { store } = cluster;
  for (const claim of store.list(TYPE.pvc)) {
    if (claim.status?.phase !== 'Bound') continue;
    const pv = store.get(TYPE.pv, String(claim.spec?.volumeName));
    expect(pv?.spec?.claimRef?.uid, `PV of ${claim.metadata.name}`).toBe(claim.metadata.uid);
  }
  for (const attachment of store.list(TYPE.longhornAttachment)) {
    const csi = Object.values((attachment.spec?.attachmentTickets ?? {}) as Record<string, { id: string; type: string; nodeID: string }>).filter(({ type }) => type === 'csi-attacher');
    expect(csi.length, `CSI tickets of ${attachment.metadata.name}`).toBeLessThanOrEqual(2);
    for (const { id, nodeID } of csi) expect(id).toBe(csiTicketId(attachment.metadata.name, nodeID));
  }
}

/** What must hold once nothing moves any more. */
function checkSettled(cluster: RunningCluster): void {
  const { store } = cluster;
  const pods = store.list(TYPE.pod).filter((pod) => !isFinished(pod));
  for (const attachment of store.list(TYPE.longhornAttachment)) {
    const reference = store.get(TYPE.pv, attachment.metadata.name)?.spec?.claimRef as { namespace: string; name: string } | undefined;
    const users = new Set(pods.filter((pod) => reference !== undefined && pod.metadata.namespace === reference.namespace && claimNames(pod).includes(reference.name)).map(podNode));
    for (const ticket of Object.values((attachment.spec?.attachmentTickets ?? {}) as Record<string, { type: string; nodeID: string }>)) {
      if (ticket.type === 'csi-attacher') expect([...users], `users of ${attachment.metadata.name}`).toContain(ticket.nodeID);
    }
  }
  for (const volume of store.list(TYPE.longhornVolume)) expect(store.get(TYPE.pv, volume.metadata.name), `PV of ${volume.metadata.name}`).toBeDefined();
  for (const vmi of store.list(TYPE.vmi)) {
    if (vmi.status?.phase !== 'Running') continue;
    expect(pods.filter((pod) => pod.metadata.labels?.['kubevirt.io/created-by'] === vmi.metadata.uid).map(podNode), `pods of ${vmi.metadata.name}`).toEqual([vmi.status.nodeName]);
    for (const { persistentVolumeClaim } of vmi.spec?.volumes as { persistentVolumeClaim?: { claimName: string } }[]) {
      const volume = store.get(TYPE.pvc, keyOf('default', persistentVolumeClaim?.claimName ?? ''))?.spec?.volumeName as string;
      expect(store.get(TYPE.longhornVolume, `longhorn-system/${volume}`)?.status, `volume ${volume}`).toMatchObject({ state: 'attached', currentNodeID: vmi.status.nodeName, currentMigrationNodeID: '' });
    }
  }
}

function newWorld(): RunningCluster {
  const cluster = createCluster({ profile: PROFILES['1.9'] });
  cluster.start([conformance, longhornController, ...controllers]);
  addBase(cluster, { nodes: ordinaryNodes(3) });
  cluster.store.create(TYPE.pvc, { metadata: { name: 'data', namespace: 'default' }, spec: { accessModes: ['ReadWriteMany'], volumeMode: 'Block', storageClassName: 'longhorn-v2', resources: { requests: { storage: '5Gi' } } } });
  cluster.clock.advance(10_000);
  return cluster;
}

describe('whatever happens on a day', () => {
  it('bindings, tickets and machines fit together, and nothing is left when all is deleted', async () => {
    const errors = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        const cluster = (world = newWorld());
        try {
          for (const next of steps) {
            await apply(cluster, next);
            checkAlways(cluster);
          }
          for (const name of NODES) {
            await apply(cluster, { do: 'node', node: name, down: false });
            await apply(cluster, { do: 'cordon', node: name, on: false });
          }
          for (let hours = 0; hours < 4; hours += 1) cluster.clock.advance(1_800_000);
          checkAlways(cluster);
          checkSettled(cluster);
          for (const name of MACHINES) {
            const status = printable(cluster, name);
            // A volume that lost all copies before its first use has nothing to salvage: what waits for it waits for ever.
            const isLost = cluster.store.list(TYPE.longhornVolume).some((volume) => volume.status?.robustness === 'faulted');
            if (status !== '' && !isLost) expect(['Running', 'Stopped', 'Paused'], `machine ${name}`).toContain(status);
            await apply(cluster, { do: 'delete', machine: name, withDisks: true });
          }
          cluster.clock.advance(600_000);
          for (const claim of cluster.store.list(TYPE.pvc)) cluster.store.remove(TYPE.pvc, keyOf('default', claim.metadata.name));
          cluster.clock.advance(600_000);
          for (const typeId of [TYPE.vm, TYPE.vmi, TYPE.vmim, TYPE.pod, TYPE.pvc, TYPE.pv, TYPE.longhornVolume, TYPE.dataVolume]) {
            expect(cluster.store.list(typeId).map(({ metadata }) => metadata.name), typeId).toEqual([]);
          }
          expect(errors.mock.calls).toEqual([]);
        } finally {
          cluster.stop();
        }
      }),
      { numRuns: RUNS, ...(process.env.FC_SEED === undefined ? {} : { seed: Number(process.env.FC_SEED) }) }
    );
  });
});
