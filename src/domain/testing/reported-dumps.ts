/**
 * Test data: objects that people quoted in public threads, typed anew: names, fields and values as far as they were
 * quoted (`quoted` says what), the rest as Longhorn of that version writes it. `cause` is what was found in the end.
 */
import type { RawObject } from '../kube/types';
import {
  ago, ENGINE_STOPPED, failed, GIB, nodeDown, NOW, rawCondition, rawEngine, rawInstanceManager, rawKubeNode, rawReplica, rawSetting, rawVolume
} from './raw-objects';
import type { Seen } from './verdict-of';

type Fields = Record<string, unknown>;

export interface ReportedDump {
  readonly thread: string;
  /** What the thread quotes of the objects. */
  readonly quoted: string;
  readonly cause: string;
  /** Who named the cause: a maintainer of the project, the reporter with a fix that was taken, or the reporter alone. */
  readonly foundBy: 'maintainer' | 'reporter, fix taken' | 'reporter';
  readonly longhorn: string;
  readonly volume: string;
  readonly world: readonly RawObject[];
  readonly seen?: Seen;
}

interface Disk { readonly spec?: Fields; readonly status?: Fields }

/** A Longhorn node with its disks by name; sizes and conditions as Longhorn writes them where nothing else is said. */
function host(name: string, disks: Readonly<Record<string, Disk>>, own: { readonly spec?: Fields; readonly conditions?: readonly Fields[] } = {}): RawObject {
  const entries = Object.entries(disks);
  return {
    apiVersion: 'longhorn.io/v1beta2', kind: 'Node', metadata: { name, namespace: 'longhorn-system', uid: `uid-${name}`, creationTimestamp: ago(900_000), labels: {}, annotations: {} },
    spec: {
      name, allowScheduling: true, evictionRequested: false, tags: [], instanceManagerCPURequest: 0, ...own.spec,
      disks: Object.fromEntries(entries.map(([disk, { spec }]) => [disk, { diskType: 'filesystem', diskDriver: '', path: `/var/lib/longhorn/${disk}`, allowScheduling: true, evictionRequested: false, storageReserved: 0, tags: [], ...spec }]))
    },
    status: {
      region: '', zone: '', autoEvicting: false, conditions: own.conditions ?? [rawCondition('Ready', true, '', `Node ${name} is ready`), rawCondition('Schedulable', true), rawCondition('MountPropagation', true)],
      diskStatus: Object.fromEntries(entries.map(([disk, { status }]) => [disk, {
        diskName: disk, diskUUID: `${name}-${disk}`, diskType: 'filesystem', filesystemType: 'ext2/ext3', storageAvailable: 400 * GIB, storageMaximum: 500 * GIB, storageScheduled: 0, scheduledReplica: {},
        conditions: [rawCondition('Ready', true), rawCondition('Schedulable', true)], ...status
      }]))
    }
  };
}

function manager(node: string, dataEngine: 'v1' | 'v2', own: { readonly name?: string; readonly status?: Fields } = {}): RawObject {
  return rawInstanceManager(1, { metadata: { name: own.name ?? `instance-manager-${dataEngine}-${node}`, labels: { 'longhorn.io/node': node, 'longhorn.io/data-engine': dataEngine } }, spec: { nodeID: node, dataEngine, type: 'aio' }, status: own.status ?? {} });
}

/** The same in Kubernetes, with its manager of this engine. */
function member(node: string, dataEngine: 'v1' | 'v2', isCordoned = false): readonly RawObject[] {
  return [rawKubeNode(1, { metadata: { name: node }, spec: { unschedulable: isCordoned } }), manager(node, dataEngine)];
}

function replica(volume: string, name: string, node: string, disk: string, dataEngine: 'v1' | 'v2', own: { readonly spec?: Fields; readonly status?: Fields; readonly metadata?: Fields } = {}): RawObject {
  return rawReplica(1, {
    metadata: { name, labels: { longhornvolume: volume, longhornnode: node, longhorndiskuuid: disk }, ...own.metadata },
    spec: { volumeName: volume, nodeID: node, diskID: disk, dataEngine, dataDirectoryName: name, ...own.spec },
    status: { ownerID: node, instanceManagerName: `instance-manager-${dataEngine}-${node}`, ...own.status }
  }, volume);
}

function engine(volume: string, suffix: string, node: string, dataEngine: 'v1' | 'v2', modes: Readonly<Record<string, string>> | null, addresses: Readonly<Record<string, string>>, own: { readonly spec?: Fields; readonly status?: Fields; readonly metadata?: Fields } = {}): RawObject {
  return rawEngine({}, {
    metadata: { ...own.metadata },
    spec: { nodeID: node, dataEngine, replicaAddressMap: addresses, ...own.spec },
    status: { currentReplicaAddressMap: addresses, replicaModeMap: modes, replicaTransitionTimeMap: modes === null ? null : Object.fromEntries(Object.keys(modes).map((name) => [name, ago(80_000)])), instanceManagerName: `instance-manager-${dataEngine}-${node}`, ...own.status }
  }, volume, suffix);
}

const v2On = rawSetting('v2-data-engine', 'true');
const version = (text: string): RawObject => rawSetting('current-longhorn-version', text);
const STOPPED = { currentState: 'stopped', ip: '', storageIP: '', port: 0, instanceManagerName: '', started: false };
const stuck: Seen = { history: { stateSince: NOW - 3_600_000, firstSeenAt: NOW - 3_700_000 } };

const ORPHANED = 'e2e-test-volume-0';
const orphanDisk: Disk = { spec: { diskType: 'block', path: '/dev/nvme1n1' }, status: { diskType: 'block', filesystemType: '', scheduledReplica: {}, storageAvailable: 54_945_382_400, storageMaximum: 213_908_455_424, storageScheduled: 0 } };

const CORDONED = 'pvc-d54acafa-e6bb-4b0f-9831-bc69bbb15bc4';
const RMA = 'mgmt-1585382134-rke2-capm3-virt-management-cp-2';
const RCA = 'pvc-88341e3d-bd4c-4fa2-9fae-4043373b71e9';
const MIGRATED = 'pvc-abcdefg';
const TORN = 'pvc-8b7fee40-1c5e-46e4-b97b-26d29b5a81d8';
const FOREIGN = 'pvc-a5eee114-96e6-4235-87ec-b9ae73e9cc85';
const TWICE = 'pvc-7b120d60-1577-4716-be5a-62348271025a';
const CRASHED = 'postgres-data';
const RETRIED = 'vol';
const COUNTED = 'pvc-8e707380-6149-4328-a4a8-8ecd4936b97a';
const SINGLE = 'pvc-5a12e43b-96e4-4bd9-86e9-d10b1a631199';
const PRESSED = 'pvc-792f60e2-34d5-4d14-922d-acc29ced64f7';
const ZONED = 'nifi-1-data';

export const REPORTED_DUMPS: readonly ReportedDump[] = [
  {
    thread: 'longhorn/longhorn#10116', longhorn: 'v1.8.0', volume: ORPHANED, foundBy: 'maintainer',
    quoted: 'node CRs: block disks of two nodes with all their numbers and no scheduled replica; volume row and replica name',
    cause: 'v2: eleven orphaned replicas fill the block disks, so free space is below the minimum although nothing is scheduled there',
    world: [
      version('v1.8.0'), v2On, rawSetting('storage-minimal-available-percentage', '25'),
      host('ip-10-0-2-125', { 'block-disk': { ...orphanDisk, status: { ...orphanDisk.status, scheduledReplica: { 'e2e-test-volume-0-r-1692dea9': 2 * GIB }, storageScheduled: 2 * GIB } } }), ...member('ip-10-0-2-125', 'v2'),
      host('ip-10-0-2-155', { 'block-disk': orphanDisk }), ...member('ip-10-0-2-155', 'v2'), host('ip-10-0-2-237', { 'block-disk': orphanDisk }), ...member('ip-10-0-2-237', 'v2'),
      rawVolume({
        spec: { dataEngine: 'v2', numberOfReplicas: 3, size: '2147483648', nodeID: 'ip-10-0-2-125', accessMode: 'rwo', migratable: false },
        status: { robustness: 'degraded', lastDegradedAt: ago(54_000), currentNodeID: 'ip-10-0-2-125', actualSize: 2 * GIB, conditions: [rawCondition('Scheduled', false, 'ReplicaSchedulingFailure', 'insufficient storage;precheck new replica failed')] }
      }, ORPHANED),
      engine(ORPHANED, 'e-0', 'ip-10-0-2-125', 'v2', { 'e2e-test-volume-0-r-1692dea9': 'RW' }, { 'e2e-test-volume-0-r-1692dea9': '10.42.1.5:20001' }, { status: { currentSize: '2147483648' } }),
      replica(ORPHANED, 'e2e-test-volume-0-r-1692dea9', 'ip-10-0-2-125', 'ip-10-0-2-125-block-disk', 'v2')
    ]
  },
  {
    thread: 'longhorn/longhorn#9938', longhorn: 'v1.7.2', volume: RCA, foundBy: 'maintainer', seen: stuck,
    quoted: 'instance manager CR in error; replica and node names; engine stopped',
    cause: 'the node of a replica is cordoned, its instance manager cannot start, the replica was marked failed for it and the engine stays stopped',
    world: [
      version('v1.7.2'),
      host(RMA, { default: {} }, { conditions: [rawCondition('Ready', true), rawCondition('Schedulable', false, 'KubernetesNodeCordoned', `Node ${RMA} is cordoned`)] }), rawKubeNode(1, { metadata: { name: RMA }, spec: { unschedulable: true } }),
      manager(RMA, 'v1', { name: 'instance-manager-105930e30b903199fd48165e1b56e78a', status: { currentState: 'error', ip: '' } }),
      host('mgmt-md-0', { default: {} }), ...member('mgmt-md-0', 'v1'), host('mgmt-cp-0', { default: {} }), ...member('mgmt-cp-0', 'v1'),
      rawVolume({ spec: { dataEngine: 'v1', nodeID: 'mgmt-md-0', accessMode: 'rwo', migratable: false }, status: { state: 'attaching', robustness: 'unknown', currentNodeID: '', currentEngineNodeID: '' } }, RCA),
      engine(RCA, 'e-0', '', 'v1', null, {}, ENGINE_STOPPED),
      replica(RCA, `${RCA}-r-7fad0729`, RMA, `${RMA}-default`, 'v1', { spec: { ...failed(600).spec, desireState: 'stopped' }, status: STOPPED }),
      replica(RCA, `${RCA}-r-1b2c3d4e`, 'mgmt-cp-0', 'mgmt-cp-0-default', 'v1'), replica(RCA, `${RCA}-r-5f6a7b8c`, 'mgmt-md-0', 'mgmt-md-0-default', 'v1')
    ]
  },
  {
    thread: 'longhorn/longhorn#10385', longhorn: 'v1.7.3', volume: CORDONED, foundBy: 'reporter', seen: stuck,
    quoted: 'rows of three replicas with node, disk and instance manager; node states; volume attaching, unknown',
    cause: 'one replica of three stays stopped without an instance manager on a cordoned node; the volume attaches once it is deleted',
    world: [
      version('v1.7.3'),
      host('management-cluster-r640-9', { default: { status: { diskUUID: '76eb68ea-9b9b-4081-b2d9-a82f35dbe14b' } } }, { conditions: [rawCondition('Ready', true), rawCondition('Schedulable', false, 'KubernetesNodeCordoned')] }),
      rawKubeNode(1, { metadata: { name: 'management-cluster-r640-9' }, spec: { unschedulable: true } }), manager('management-cluster-r640-9', 'v1', { status: { currentState: 'error', ip: '' } }),
      host('management-cluster-r640-10', { default: { status: { diskUUID: 'c9d81290-fd32-4714-b93f-fb53a74d210d' } } }), ...member('management-cluster-r640-10', 'v1'),
      host('management-cluster-r640-12', { default: { status: { diskUUID: '69b798bc-3bff-4638-b13f-224ddae3b090' } } }), ...member('management-cluster-r640-12', 'v1'),
      rawVolume({ spec: { dataEngine: 'v1', nodeID: 'management-cluster-r640-10' }, status: { state: 'attaching', robustness: 'unknown', currentNodeID: '', currentEngineNodeID: '' } }, CORDONED),
      engine(CORDONED, 'e-0', '', 'v1', null, {}, ENGINE_STOPPED),
      replica(CORDONED, `${CORDONED}-r-0947fdb0`, 'management-cluster-r640-12', '69b798bc-3bff-4638-b13f-224ddae3b090', 'v1'),
      replica(CORDONED, `${CORDONED}-r-2ecbd972`, 'management-cluster-r640-9', '76eb68ea-9b9b-4081-b2d9-a82f35dbe14b', 'v1', { status: STOPPED }),
      replica(CORDONED, `${CORDONED}-r-763371db`, 'management-cluster-r640-10', 'c9d81290-fd32-4714-b93f-fb53a74d210d', 'v1')
    ]
  },
  {
    thread: 'longhorn/longhorn#11149', longhorn: 'v1.7.3', volume: MIGRATED, foundBy: 'maintainer',
    quoted: 'volume CR with node, state and robustness; both engine CRs with their address maps',
    cause: 'live migration is ready on the target, but was never confirmed: the old engine and its replicas stay',
    world: [
      version('v1.7.3'), ...['s1', 't2', 's3'].flatMap((node) => [host(node, { default: {} }), ...member(node, 'v1')]),
      rawVolume({ spec: { dataEngine: 'v1', accessMode: 'rwx', migratable: true, nodeID: 's1', migrationNodeID: 't2' }, status: { state: 'attached', robustness: 'degraded', lastDegradedAt: ago(9000), currentNodeID: 's1', currentMigrationNodeID: 't2' } }, MIGRATED),
      engine(MIGRATED, 'e-1', 's1', 'v1', { [`${MIGRATED}-r-5d917bb3`]: 'RW', [`${MIGRATED}-r-fe42a309`]: 'RW' }, { [`${MIGRATED}-r-5d917bb3`]: '10.52.8.201:11840', [`${MIGRATED}-r-fe42a309`]: '10.52.2.101:11812' }, { metadata: { creationTimestamp: ago(90_000) } }),
      engine(MIGRATED, 'e-2', 't2', 'v1', { [`${MIGRATED}-r-3f99a289`]: 'RW', [`${MIGRATED}-r-aa3ef1d9`]: 'RW' }, { [`${MIGRATED}-r-3f99a289`]: '10.52.2.101:11823', [`${MIGRATED}-r-aa3ef1d9`]: '10.52.8.201:11850' }, { spec: { active: false }, metadata: { creationTimestamp: ago(7200) } }),
      replica(MIGRATED, `${MIGRATED}-r-5d917bb3`, 's3', 's3-default', 'v1', { spec: { engineName: `${MIGRATED}-e-1` }, status: { storageIP: '10.52.8.201', ip: '10.52.8.201', port: 11840 } }),
      replica(MIGRATED, `${MIGRATED}-r-fe42a309`, 't2', 't2-default', 'v1', { spec: { engineName: `${MIGRATED}-e-1` }, status: { storageIP: '10.52.2.101', ip: '10.52.2.101', port: 11812 } }),
      replica(MIGRATED, `${MIGRATED}-r-3f99a289`, 't2', 't2-default', 'v1', { spec: { active: false, engineName: `${MIGRATED}-e-2` }, status: { storageIP: '10.52.2.101', ip: '10.52.2.101', port: 11823 } }),
      replica(MIGRATED, `${MIGRATED}-r-aa3ef1d9`, 's3', 's3-default', 'v1', { spec: { active: false, engineName: `${MIGRATED}-e-2` }, status: { storageIP: '10.52.8.201', ip: '10.52.8.201', port: 11850 } })
    ]
  },
  {
    thread: 'longhorn/longhorn#12311', longhorn: 'v1.10.1', volume: TORN, foundBy: 'maintainer',
    quoted: 'replica CR made for the migration, with labels, owner and all its times',
    cause: 'the replica made for the migration inherits an old failure and is torn down again and again: the second engine never runs',
    world: [
      version('v1.10.1'), ...['harvester-node-0', 'harvester-node-1', 'harvester-node-2'].flatMap((node) => [host(node, { default: { status: { diskUUID: node === 'harvester-node-0' ? 'bc361117-5d7c-47a5-a60e-dfffa10bf21f' : `disk-${node}` } } }), ...member(node, 'v1')]),
      rawVolume({ spec: { dataEngine: 'v1', numberOfReplicas: 1, backingImage: 'vmi-8198d9db-a6ff-4055-a450-421054b8a7c6', nodeID: 'harvester-node-1', migrationNodeID: 'harvester-node-2' }, status: { currentNodeID: 'harvester-node-1', currentMigrationNodeID: 'harvester-node-2' } }, TORN),
      engine(TORN, 'e-0', 'harvester-node-1', 'v1', { [`${TORN}-r-0a0a0a0a`]: 'RW' }, { [`${TORN}-r-0a0a0a0a`]: '10.52.0.11:10010' }, { metadata: { creationTimestamp: ago(90_000) } }),
      engine(TORN, 'e-1', 'harvester-node-2', 'v1', null, {}, { spec: { active: false }, status: { currentState: 'stopped' }, metadata: { creationTimestamp: ago(1200) } }),
      replica(TORN, `${TORN}-r-0a0a0a0a`, 'harvester-node-0', 'bc361117-5d7c-47a5-a60e-dfffa10bf21f', 'v1', { spec: { healthyAt: ago(1740), lastHealthyAt: ago(1740), lastFailedAt: ago(2151) } }),
      replica(TORN, `${TORN}-r-1b099482`, 'harvester-node-0', 'bc361117-5d7c-47a5-a60e-dfffa10bf21f', 'v1', {
        metadata: { creationTimestamp: ago(1164) },
        spec: { active: false, engineName: `${TORN}-e-1`, backingImage: 'vmi-8198d9db-a6ff-4055-a450-421054b8a7c6', healthyAt: ago(1740), lastHealthyAt: ago(1740), lastFailedAt: ago(2151), rebuildRetryCount: 0, revisionCounterDisabled: true, snapshotMaxCount: 250, desireState: 'stopped' }, status: STOPPED
      })
    ]
  },
  {
    thread: 'longhorn/longhorn#8587', longhorn: 'v1.6.2', volume: FOREIGN, foundBy: 'maintainer',
    quoted: 'engine CR: both address maps and the mode map; instance manager CR with the port of another volume’s engine',
    cause: 'the engine is connected to an address that by now belongs to another volume’s engine, not to its own replica',
    world: [
      version('v1.6.2'), host('node-a', { default: {} }), ...member('node-a', 'v1'), host('node-b', { default: {} }), ...member('node-b', 'v1'),
      rawVolume({ spec: { dataEngine: 'v1', numberOfReplicas: 1, nodeID: 'node-a' }, status: { currentNodeID: 'node-a' } }, FOREIGN),
      engine(FOREIGN, 'e-0', 'node-a', 'v1', { 'UNKNOWN-tcp://10.42.2.206:10024': 'ERR' }, { [`${FOREIGN}-r-27d66cce`]: '10.42.2.206:10025' }),
      replica(FOREIGN, `${FOREIGN}-r-27d66cce`, 'node-b', 'node-b-default', 'v1', { status: { storageIP: '10.42.2.206', ip: '10.42.2.206', port: 10025 } })
    ]
  },
  {
    thread: 'longhorn/longhorn#6642', longhorn: 'v1.4.3', volume: TWICE, foundBy: 'maintainer',
    quoted: 'volume and both engine names, found active at once after a migration during a Harvester upgrade',
    cause: 'two active engines are left by a migration',
    world: [
      version('v1.4.3'), ...['harvester-q4vhd', 'harvester-b', 'harvester-c'].flatMap((node) => [host(node, { default: {} }), ...member(node, 'v1')]),
      rawVolume({ spec: { dataEngine: 'v1', numberOfReplicas: 2, nodeID: 'harvester-q4vhd' }, status: { currentNodeID: 'harvester-q4vhd' } }, TWICE),
      engine(TWICE, 'e-08220b62', 'harvester-q4vhd', 'v1', { [`${TWICE}-r-1`]: 'RW', [`${TWICE}-r-2`]: 'RW' }, { [`${TWICE}-r-1`]: '10.52.0.1:10000', [`${TWICE}-r-2`]: '10.52.1.1:10000' }),
      engine(TWICE, 'e-1cd53c57', 'harvester-b', 'v1', null, {}, { status: { currentState: 'stopped' } }),
      replica(TWICE, `${TWICE}-r-1`, 'harvester-b', 'harvester-b-default', 'v1', { spec: { engineName: `${TWICE}-e-08220b62` } }), replica(TWICE, `${TWICE}-r-2`, 'harvester-c', 'harvester-c-default', 'v1', { spec: { engineName: `${TWICE}-e-08220b62` } })
    ]
  },
  {
    thread: 'longhorn/longhorn#13673', longhorn: 'v1.12.0', volume: CRASHED, foundBy: 'reporter, fix taken',
    quoted: 'v2: modes and states: destination ERR, engine Error, other replicas RW, volume faulted',
    cause: 'v2: the setup of a rebuild fails at its destination and takes the whole engine down; the other replicas are complete',
    world: [
      version('v1.12.0'), v2On, ...['w1', 'w2', 'w3'].flatMap((node) => [host(node, { nvme: { spec: { diskType: 'block' }, status: { diskType: 'block' } } }), ...member(node, 'v2')]),
      rawVolume({ spec: { dataEngine: 'v2', nodeID: 'w1', accessMode: 'rwo', migratable: false }, status: { state: 'detaching', robustness: 'faulted', currentNodeID: 'w1', currentEngineNodeID: 'w1' } }, CRASHED),
      engine(CRASHED, 'e-0', 'w1', 'v2', null, {}, { status: { currentState: 'error' } }),
      replica(CRASHED, `${CRASHED}-r-1`, 'w1', 'w1-nvme', 'v2'), replica(CRASHED, `${CRASHED}-r-2`, 'w2', 'w2-nvme', 'v2'),
      replica(CRASHED, `${CRASHED}-r-3`, 'w3', 'w3-nvme', 'v2', { spec: { ...failed(30).spec, healthyAt: '', rebuildRetryCount: 1 }, status: STOPPED })
    ]
  },
  {
    thread: 'longhorn/longhorn#13315', longhorn: 'v1.12.0', volume: RETRIED, foundBy: 'maintainer',
    quoted: 'v2: states of the interrupted replica (stopped, reused again and again); two replicas wanted, rebuild limit 5',
    cause: 'v2: a reused replica whose rebuild was interrupted can never be reused: each retry fails the same way',
    world: [
      version('v1.12.0'), v2On, ...['cp1', 'cp2', 'cp3'].flatMap((node) => [host(node, { nvme: { spec: { diskType: 'block' }, status: { diskType: 'block' } } }), ...member(node, 'v2')]),
      rawVolume({ spec: { dataEngine: 'v2', numberOfReplicas: 2, nodeID: 'cp1' }, status: { robustness: 'degraded', lastDegradedAt: ago(40_000), currentNodeID: 'cp1', currentEngineNodeID: 'cp1' } }, RETRIED),
      engine(RETRIED, 'e-0', 'cp1', 'v2', { 'vol-r-1': 'RW' }, { 'vol-r-1': '10.42.0.5:20001' }),
      replica(RETRIED, 'vol-r-1', 'cp1', 'cp1-nvme', 'v2'),
      replica(RETRIED, 'vol-r-2', 'cp2', 'cp2-nvme', 'v2', { spec: { ...failed(45).spec, healthyAt: '', rebuildRetryCount: 3 }, status: { ...STOPPED, conditions: [rawCondition('RebuildFailed', true, 'General', 'snapshot lvol map does not match')] } })
    ]
  },
  {
    thread: 'longhorn/longhorn#12653', longhorn: 'v1.10.1', volume: COUNTED, foundBy: 'reporter, fix taken',
    quoted: 'node CR with two disks and their reserved space; replica CR; settings; sizes of disks and volume',
    cause: 'before 1.11.1, 1.10.3 and 1.9.5 a replica on one disk of a node is counted against the node’s other disk too: no space is lacking',
    world: [
      version('v1.10.1'), rawSetting('replica-soft-anti-affinity', 'true'), rawSetting('replica-disk-soft-anti-affinity', 'false'),
      host('8526rqmtqbzozeiu', {
        '27317b4b701156313134268f04849c83': { spec: { path: '/var/lib/harvester/extra-disks/27317b4b701156313134268f04849c83', storageReserved: 35_184_372_080 }, status: { diskUUID: '11111111-5fe2-4ca5-82db-42f23ebc6ab8', storageMaximum: 1_759_218_604_441, storageAvailable: 1_700_000_000_000, filesystemType: 'ext2/ext3' } },
        cb8d881a09778420dc1182b1eccb76a7: { spec: { path: '/var/lib/harvester/extra-disks/cb8d881a09778420dc1182b1eccb76a7', storageReserved: 35_184_372_080 }, status: { diskUUID: '99cde8e8-5fe2-4ca5-82db-42f23ebc6ab8', storageMaximum: 1_759_218_604_441, storageAvailable: 1_700_000_000_000, storageScheduled: 1_649_267_441_664, scheduledReplica: { [`${COUNTED}-r-93ce23d6`]: 1_649_267_441_664 } } }
      }), ...member('8526rqmtqbzozeiu', 'v1'),
      rawVolume({ spec: { dataEngine: 'v1', numberOfReplicas: 2, size: '1649267441664', backingImage: 'cclinux-x86-qcow2', nodeID: '8526rqmtqbzozeiu' }, status: { robustness: 'degraded', lastDegradedAt: ago(4000), currentNodeID: '8526rqmtqbzozeiu', actualSize: 0, conditions: [rawCondition('Scheduled', false, 'ReplicaSchedulingFailure', 'insufficient storage')] } }, COUNTED),
      engine(COUNTED, 'e-0', '8526rqmtqbzozeiu', 'v1', { [`${COUNTED}-r-93ce23d6`]: 'RW' }, { [`${COUNTED}-r-93ce23d6`]: '10.52.0.9:10010' }, { status: { currentSize: '1649267441664' } }),
      replica(COUNTED, `${COUNTED}-r-93ce23d6`, '8526rqmtqbzozeiu', '99cde8e8-5fe2-4ca5-82db-42f23ebc6ab8', 'v1', { spec: { backingImage: 'cclinux-x86-qcow2', volumeSize: '1649267441664' } }),
      replica(COUNTED, `${COUNTED}-r-8260f72a`, '', '', 'v1', { spec: { healthyAt: '', lastHealthyAt: '', desireState: 'stopped', volumeSize: '1649267441664' }, status: STOPPED })
    ]
  },
  {
    thread: 'longhorn/longhorn#4197', longhorn: 'v1.2.4', volume: SINGLE, foundBy: 'maintainer', seen: stuck,
    quoted: 'replica CR, whole',
    cause: 'the only replica is in error while wanted running and was never marked failed: the volume attaches for ever',
    world: [
      version('v1.2.4'), host('worker-1', { longhorn: { status: { diskUUID: '4ef70f37-55e2-452f-a38d-5fc9eabc048a' } } }), ...member('worker-1', 'v1'),
      rawVolume({ spec: { dataEngine: 'v1', numberOfReplicas: 1, nodeID: 'worker-1' }, status: { state: 'attaching', robustness: 'unknown', currentNodeID: '', currentEngineNodeID: '' } }, SINGLE),
      engine(SINGLE, 'e-0acc0830', '', 'v1', null, {}, ENGINE_STOPPED),
      replica(SINGLE, `${SINGLE}-r-da63eda5`, 'worker-1', '4ef70f37-55e2-452f-a38d-5fc9eabc048a', 'v1', { spec: { dataDirectoryName: `${SINGLE.slice(0, 40)}-5f277b8d`, diskPath: '/longhorn/', desireState: 'running', engineName: `${SINGLE}-e-0acc0830`, failedAt: '', lastFailedAt: '' }, status: { ...STOPPED, currentState: 'error' } })
    ]
  },
  {
    thread: 'harvester/harvester#3349', longhorn: 'v1.3.2', volume: PRESSED, foundBy: 'maintainer',
    quoted: 'node CR: the disk’s conditions, numbers and scheduled replicas',
    cause: 'the disk of one node is below 25 % free: DiskPressure keeps new replicas off it',
    world: [
      version('v1.3.2'), ...['harvester-03', 'harvester-04'].flatMap((node) => [host(node, { default: {} }), ...member(node, 'v1')]),
      host('harvester-05', {
        f5e214d6b311ba6e11e819473e5583de: {
          spec: { path: '/var/lib/harvester/extra-disks/f5e214d6b311ba6e11e819473e5583de' },
          status: {
            diskUUID: '0024513f-aa3a-4ef3-b39f-8fc1037a6476', storageAvailable: 113_875_353_600, storageMaximum: 470_884_106_240, storageScheduled: 429_496_729_600,
            scheduledReplica: { 'pvc-0a780022-e346-4cdf-b2de-b38ddc647997-r-6edf334c': 107_374_182_400, 'pvc-7616922b-a530-4bcc-b281-0a0438955d4d-r-07d22420': 53_687_091_200 },
            conditions: [rawCondition('Ready', true), rawCondition('Schedulable', false, 'DiskPressure', 'the disk has 113875353600 available, but requires reserved 0, minimal 25% to schedule more replicas')]
          }
        }
      }), ...member('harvester-05', 'v1'),
      rawVolume({ spec: { dataEngine: 'v1', nodeID: 'harvester-03', size: String(10 * GIB) }, status: { robustness: 'degraded', lastDegradedAt: ago(4000), currentNodeID: 'harvester-03', conditions: [rawCondition('Scheduled', false, 'ReplicaSchedulingFailure', 'disks are unavailable;precheck new replica failed')] } }, PRESSED),
      engine(PRESSED, 'e-0', 'harvester-03', 'v1', { [`${PRESSED}-r-1`]: 'RW', [`${PRESSED}-r-2`]: 'RW' }, { [`${PRESSED}-r-1`]: '10.52.0.1:10000', [`${PRESSED}-r-2`]: '10.52.1.1:10000' }),
      replica(PRESSED, `${PRESSED}-r-1`, 'harvester-03', 'harvester-03-default', 'v1'), replica(PRESSED, `${PRESSED}-r-2`, 'harvester-04', 'harvester-04-default', 'v1')
    ]
  },
  {
    thread: 'longhorn/longhorn#10210', longhorn: 'v1.7.2', volume: ZONED, foundBy: 'maintainer',
    quoted: 'node CRs with three tagged disks each; the condition’s messages; the setting that works around it',
    cause: 'disks are not shared between replicas of a volume, and the disk of the lost replica counts as taken by it',
    world: [
      version('v1.7.2'), rawSetting('replica-disk-soft-anti-affinity', 'false'), rawSetting('replica-replenishment-wait-interval', '600'),
      ...['zone1-k8s-worker1', 'zone2-k8s-worker1'].flatMap((node) => [
        host(node, Object.fromEntries([1, 2, 3].map((index) => [`${node}-nifi-${String(index)}`, { spec: { path: `/longhorn/nifi-${String(index)}`, tags: [`nifi-${String(index)}`] } }]))), ...member(node, 'v1')
      ]),
      rawVolume({ spec: { dataEngine: 'v1', numberOfReplicas: 2, diskSelector: ['nifi-1'], nodeID: 'zone1-k8s-worker1' }, status: { robustness: 'degraded', lastDegradedAt: ago(1800), currentNodeID: 'zone1-k8s-worker1', conditions: [rawCondition('Scheduled', false, 'ReplicaSchedulingFailure', 'insufficient storage;precheck new replica failed;tags not fulfilled')] } }, ZONED),
      engine(ZONED, 'e-0', 'zone1-k8s-worker1', 'v1', { [`${ZONED}-r-1`]: 'RW' }, { [`${ZONED}-r-1`]: '10.42.0.1:10000' }),
      replica(ZONED, `${ZONED}-r-1`, 'zone1-k8s-worker1', 'zone1-k8s-worker1-zone1-k8s-worker1-nifi-1', 'v1'),
      replica(ZONED, `${ZONED}-r-2`, 'zone2-k8s-worker1', 'zone2-k8s-worker1-zone2-k8s-worker1-nifi-1', 'v1', { spec: failed(1800).spec ?? {}, status: STOPPED })
    ]
  },
  {
    thread: 'harvester/harvester#10285', longhorn: 'v1.9.2', volume: 'pvc-lh13109', foundBy: 'maintainer',
    quoted: 'steps with both nodes, class and claim; the target is not Ready when the migration starts (also longhorn/longhorn#13109)',
    cause: 'the migration’s target node has just rebooted and is not ready: the engine there must not be started',
    world: [
      version('v1.12.1'), host('node1', { default: {} }), ...member('node1', 'v1'), host('node2', { default: {} }, { conditions: nodeDown(2) }), ...member('node2', 'v1'), host('node3', { default: {} }), ...member('node3', 'v1'),
      rawVolume({ spec: { dataEngine: 'v1', numberOfReplicas: 2, migratable: true, accessMode: 'rwx', nodeID: 'node1' }, status: { currentNodeID: 'node1' } }, 'pvc-lh13109'),
      engine('pvc-lh13109', 'e-0', 'node1', 'v1', { 'pvc-lh13109-r-1': 'RW', 'pvc-lh13109-r-2': 'RW' }, { 'pvc-lh13109-r-1': '10.52.0.1:10000', 'pvc-lh13109-r-2': '10.52.1.1:10000' }),
      replica('pvc-lh13109', 'pvc-lh13109-r-1', 'node1', 'node1-default', 'v1'), replica('pvc-lh13109', 'pvc-lh13109-r-2', 'node3', 'node3-default', 'v1'),
      {
        apiVersion: 'longhorn.io/v1beta2', kind: 'VolumeAttachment', metadata: { name: 'pvc-lh13109', namespace: 'longhorn-system' },
        spec: { volume: 'pvc-lh13109', attachmentTickets: { 'csi-a': { id: 'csi-a', type: 'csi-attacher', nodeID: 'node1' }, 'csi-b': { id: 'csi-b', type: 'csi-attacher', nodeID: 'node2' } } },
        status: { attachmentTicketStatuses: { 'csi-a': { id: 'csi-a', satisfied: true } } }
      }
    ]
  }
];
