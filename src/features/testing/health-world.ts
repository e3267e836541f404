/**
 * Test support: a small cluster in every state that matters to the health pages, as raw API objects behind a fake Steve,
 * and a real cluster context on top of it. Production code never imports this.
 */
import { ref, type Ref } from 'vue';
import { FakeSteve } from '@/api/testing/fake-steve';
import type { RawObject } from '@/domain/kube/types';
import { kindOfRaw } from '@/domain/testing/raw-cluster';
import {
  ago, DISK_OF_DOWN_NODE, ENGINE_STOPPED, failed, IDLE, nodeDown, NOW, rawCondition, rawEngine, rawInfrastructure, rawKubeNode, rawNode, rawReplica, rawSetting, rawVolume,
  rebuildOf
} from '@/domain/testing/raw-objects';
import { createClusterContext, type OwnedClusterContext } from '@/stores/cluster-context';
import type { ClusterClock } from '@/stores/clock';
import type { PageLinks, Translate } from '@/stores/contract';

type Fields = Record<string, unknown>;

export const LINKS: PageLinks = {
  volume: (id) => `#/volumes/${id}`, machine: (id) => `#/machines/${id}`, image: (id) => `#/images/${id}`, host: (name) => `#/hosts/${name}`,
  setting: (name) => `#/settings/${name}`, createMachine: () => null, createImage: () => null, health: (name) => (name ? `#/health?volume=${name}` : '#/health')
};

export function rawClaim(name: string, volume: string, own: { readonly namespace?: string; readonly isGolden?: boolean; readonly className?: string; readonly phase?: string } = {}): RawObject {
  return {
    apiVersion: 'v1', kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: own.namespace ?? 'default', uid: `uid-${name}`, annotations: own.isGolden ? { 'harvesterhci.io/goldenImage': 'true' } : {} },
    spec: { volumeName: volume, storageClassName: own.className ?? 'longhorn-v2', accessModes: ['ReadWriteMany'], volumeMode: 'Block', resources: { requests: { storage: '10Gi' } } },
    status: { phase: own.phase ?? 'Bound', capacity: { storage: '10Gi' } }
  };
}

export function rawMachine(name: string, claims: readonly string[], status = 'Running', namespace = 'default'): RawObject {
  return {
    apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: { name, namespace, uid: `uid-${name}` },
    spec: {
      runStrategy: 'RerunOnFailure',
      template: { spec: {
        domain: { devices: { disks: claims.map((claim, index) => ({ name: `disk-${String(index)}`, disk: { bus: 'virtio' }, bootOrder: index + 1, claim })) } },
        volumes: claims.map((claim, index) => ({ name: `disk-${String(index)}`, persistentVolumeClaim: { claimName: claim } }))
      } }
    },
    status: { printableStatus: status, ready: status === 'Running' }
  };
}

export function rawInstance(name: string, node: string, conditions: readonly Fields[] = [], namespace = 'default'): RawObject {
  return { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachineInstance', metadata: { name, namespace, uid: `uid-vmi-${name}` }, spec: {}, status: { phase: 'Running', nodeName: node, conditions } };
}

/** A volume with its claim, and what is given of its replicas and engine. */
export function rawStored(name: string, claim: string, parts: readonly RawObject[], own: { readonly spec?: Fields; readonly status?: Fields } = {}, claimOwn: Parameters<typeof rawClaim>[2] = {}): readonly RawObject[] {
  const namespace = claimOwn.namespace ?? 'default';

  return [
    rawVolume({ spec: own.spec ?? {}, status: { ...own.status, kubernetesStatus: { pvName: name, pvStatus: 'Bound', namespace, pvcName: claim, workloadsStatus: [] } } }, name),
    rawClaim(claim, name, claimOwn), ...parts
  ];
}

const DETACHED = { spec: { nodeID: '' }, status: { state: 'detached', robustness: 'unknown', currentNodeID: '', currentEngineNodeID: '' } };

/** Four nodes (node-3 down, node-4 without a v2 disk), and a volume in each state that matters. */
export function mixedWorld(): readonly RawObject[] {
  const infrastructure = rawInfrastructure(4).filter((raw) => !['node-3', 'node-4'].includes(String((raw.metadata as Fields).name)));
  const engine = (volume: string, modes: Record<number, string>, status: Fields = {}): RawObject => rawEngine(modes, { status }, volume);

  return [
    ...infrastructure,
    rawNode(3, { conditions: nodeDown(3), disk: DISK_OF_DOWN_NODE }),
    rawKubeNode(3, { status: { conditions: [{ type: 'Ready', status: 'Unknown', lastTransitionTime: ago(240) }] } }),
    rawNode(4, { disk: null }), rawKubeNode(4),
    rawSetting('storage-minimal-available-percentage', '25'),
    ...rawStored('pvc-web-01', 'web-01-disk-0', [engine('pvc-web-01', { 1: 'RW', 2: 'RW' }), rawReplica(1, {}, 'pvc-web-01'), rawReplica(2, {}, 'pvc-web-01')], { spec: { numberOfReplicas: 2 } }),
    rawMachine('web-01', ['web-01-disk-0']), rawInstance('web-01', 'node-2'),
    ...rawStored('pvc-web-07', 'web-07-disk-0', [engine('pvc-web-07', { 1: 'RW', 2: 'RW' }), rawReplica(1, {}, 'pvc-web-07'), rawReplica(2, {}, 'pvc-web-07')], {
      status: { robustness: 'degraded', lastDegradedAt: ago(7800), conditions: [rawCondition('Scheduled', false, 'ReplicaSchedulingFailure', 'precheck new replica failed: disks are unavailable')] }
    }),
    rawMachine('web-07', ['web-07-disk-0', 'web-07-data']), rawInstance('web-07', 'node-1'),
    ...rawStored('pvc-web-07-data', 'web-07-data', [engine('pvc-web-07-data', { 1: 'RW', 2: 'RW' }), rawReplica(1, {}, 'pvc-web-07-data'), rawReplica(2, {}, 'pvc-web-07-data')], { spec: { numberOfReplicas: 2 } }),
    ...rawStored('pvc-erp', 'erp-db-01-disk-0', [engine('pvc-erp', { 1: 'RW' }), rawReplica(1, {}, 'pvc-erp'), rawReplica(3, failed(240), 'pvc-erp')], {
      spec: { numberOfReplicas: 2 }, status: { robustness: 'degraded', lastDegradedAt: ago(240) }
    }, { namespace: 'erp' }),
    rawMachine('erp-db-01', ['erp-db-01-disk-0'], 'Running', 'erp'), rawInstance('erp-db-01', 'node-1', [], 'erp'),
    ...rawStored('pvc-cache', 'build-cache', [
      engine('pvc-cache', { 1: 'RW', 2: 'WO' }, { rebuildStatus: rebuildOf(2, 43, 1, { appliedRebuildingMBps: 100 }) }), rawReplica(1, {}, 'pvc-cache'), rawReplica(2, { spec: { healthyAt: '' } }, 'pvc-cache')
    ], { spec: { numberOfReplicas: 2 }, status: { robustness: 'degraded', lastDegradedAt: ago(300) } }, { namespace: 'ci' }),
    rawMachine('runner-2', ['runner-root', 'build-cache'], 'Running', 'ci'), rawInstance('runner-2', 'node-1', [], 'ci'),
    ...rawStored('pvc-gold', 'ubuntu-24-04', [rawEngine({}, ENGINE_STOPPED, 'pvc-gold'), rawReplica(1, IDLE, 'pvc-gold'), rawReplica(2, IDLE, 'pvc-gold')], { ...DETACHED, spec: { ...DETACHED.spec, numberOfReplicas: 2 } }, { isGolden: true }),
    ...rawStored('pvc-archive', 'archive-disk-0', [rawEngine({}, ENGINE_STOPPED, 'pvc-archive'), rawReplica(1, IDLE, 'pvc-archive'), rawReplica(3, failed(7200), 'pvc-archive')], { ...DETACHED, spec: { ...DETACHED.spec, numberOfReplicas: 2 } }),
    rawMachine('archive', ['archive-disk-0'], 'Stopped'),
    ...rawStored('pvc-lost', 'legacy-disk-0', [rawEngine({}, ENGINE_STOPPED, 'pvc-lost'), rawReplica(3, failed(900), 'pvc-lost')], {
      spec: { nodeID: '', numberOfReplicas: 1 }, status: { state: 'detached', robustness: 'faulted', currentNodeID: '', currentEngineNodeID: '' }
    }),
    rawMachine('legacy', ['legacy-disk-0'], 'Stopped'),
    ...rawStored('pvc-new', 'new-disk-0', [rawEngine({ 1: 'RW' }, { status: { currentState: 'starting' } }, 'pvc-new'), rawReplica(1, { status: { currentState: 'starting' } }, 'pvc-new')], {
      spec: { numberOfReplicas: 1 }, status: { state: 'attaching', robustness: 'unknown', currentNodeID: '' }
    })
  ];
}

/** `count` volumes, most healthy, some not: for the table's speed. */
export function largeWorld(count: number): readonly RawObject[] {
  const objects: RawObject[] = [...rawInfrastructure(6)];

  for (let index = 0; index < count; index += 1) {
    const name = `pvc-${String(index).padStart(5, '0')}`;
    const vm = `vm-${String(index)}`;
    const own = [1, 2, 3].map((offset) => ((index + offset) % 6) + 1);
    const isShort = index % 50 === 7;
    const present = isShort ? own.slice(0, 2) : own;

    objects.push(
      ...rawStored(name, `${vm}-disk-0`, [
        rawEngine(Object.fromEntries(present.map((node) => [node, 'RW'])), {}, name), ...present.map((node) => rawReplica(node, {}, name))
      ], {
        spec: { nodeID: `node-${String(own[0])}` },
        status: { currentNodeID: `node-${String(own[0])}`, ...(isShort ? { robustness: 'degraded', lastDegradedAt: ago(300 + index), conditions: [rawCondition('Scheduled', false, '', 'precheck new replica failed: disks are unavailable')] } : {}) }
      }, { namespace: `team-${String(index % 7)}` }),
      rawMachine(vm, [`${vm}-disk-0`], 'Running', `team-${String(index % 7)}`)
    );
  }
  return objects;
}

/** A fake Steve that holds these objects. */
export function serve(objects: readonly RawObject[], steve = new FakeSteve()): FakeSteve {
  for (const raw of objects) {
    const kind = kindOfRaw(raw);
    // The server numbers its objects itself.
    const { namespace, resourceVersion: _, ...metadata } = raw.metadata as { readonly name: string; readonly namespace?: string; readonly resourceVersion?: string };
    const isNamespaced = namespace !== undefined && kind !== 'node' && kind !== 'persistentvolume';

    steve.put(kind, isNamespaced ? `${namespace}/${metadata.name}` : metadata.name, { ...raw, metadata: isNamespaced ? { ...metadata, namespace } : metadata });
  }
  return steve;
}

/** A clock that stands still unless told. */
export function stillClock(at = NOW): ClusterClock & { set(at: number): void } {
  const now = ref(at);
  const listeners = new Set<() => void>();

  return {
    now, read: () => now.value, sync: () => undefined, start: () => undefined, stop: () => undefined,
    onTick: (listener) => { listeners.add(listener); return () => { listeners.delete(listener); }; },
    set: (next) => { now.value = next; listeners.forEach((listener) => { listener(); }); }
  };
}

/** A real cluster context on a fake Steve. */
export function contextOn(steve: FakeSteve, options: { readonly t: Translate; readonly locale?: Ref<string>; readonly clock?: ClusterClock; readonly navigate?: (path: string) => void; readonly pageSize?: number }): OwnedClusterContext {
  return createClusterContext({
    clusterId: 'local', api: steve.api, openSocket: steve.openSocket, origin: 'http://localhost', random: () => 0.5, pageSize: options.pageSize ?? 500,
    locale: options.locale ?? ref('en-us'), t: options.t, links: LINKS, navigate: options.navigate ?? (() => undefined), clock: options.clock ?? stillClock()
  });
}
