import { describe } from 'vitest';
import {
  ago, DISK_OF_DOWN_NODE, failed, GIB, nodeDown, NOW, rawCondition, rawEngine, rawInstanceManager, rawKubeNode, rawNode, rawReplica, rawSetting, rawVolume, rebuildOf, withObjects, withoutObjects
} from '../testing/raw-objects';
import { awaited, degraded, diskReady, diskThree, healthy, homeless, lost, PRECHECK, two, unscheduled } from '../testing/situations';
import { expectCodes, expectTold } from '../testing/told-cases';

type Changes = Parameters<typeof withObjects>[1][];
const pressed = (own: Record<string, unknown> = {}) => diskThree({ status: { conditions: [rawCondition('Ready', true), rawCondition('Schedulable', false, 'DiskPressure', 'too full')], ...own } });
const nodeThree = (reason: string, ready = true, type = 'Schedulable') => rawNode(3, { conditions: [rawCondition('Ready', ready, ready ? '' : reason), rawCondition('Schedulable', type !== 'Schedulable', reason)] });
const fourth = [rawNode(4), rawKubeNode(4), rawInstanceManager(4)];
const filesystem = { spec: { diskType: 'filesystem' }, status: { diskType: 'filesystem' } };
const cordoned = (index: number) => rawNode(index, { conditions: [rawCondition('Ready', true), rawCondition('Schedulable', false, 'KubernetesNodeCordoned')] });
const down = rawNode(3, { conditions: nodeDown(3), disk: DISK_OF_DOWN_NODE });
const twoNodes = (...changes: Changes) => withObjects(healthy.filter((raw) => !/-3$/.test(String((raw.metadata as { name: string }).name))), degraded(unscheduled('replica scheduling failed')), two, ...changes);
const SAYS_SPACE = 'insufficient storage';
/** `other` with bytes on the disk of node-3 that Longhorn counts for it. */
const stranger = (own: Record<string, unknown>) => diskThree({ status: { storageAvailable: 200 * GIB, ...own } });

describe('what is blocked, and all that is told of it', () => {
  expectTold(new URL('./testing/expected/blocked.txt', import.meta.url), [
    ['too little space, by Longhorn’s word alone', homeless(SAYS_SPACE)],
    ['too little that is free', homeless(SAYS_SPACE, diskThree({ status: { storageAvailable: 256 * GIB } }))],
    ['pressure by what is promised', homeless(PRECHECK, pressed({ storageScheduled: 1200 * GIB }))],
    ['pressure, exactly at the line of what is free', homeless(PRECHECK, pressed({ storageAvailable: 256 * GIB }))],
    ['pressure, one byte above it', homeless(PRECHECK, pressed({ storageAvailable: 256 * GIB + 1 }))],
    ['a node switched off', homeless(PRECHECK, rawNode(3, { spec: { allowScheduling: false } }))],
    ['a node being evicted', homeless(PRECHECK, rawNode(3, { spec: { allowScheduling: false, evictionRequested: true } }))],
    ['disk tags', homeless('tags not fulfilled', degraded(unscheduled('tags not fulfilled'), { diskSelector: ['nvme', 'ssd'] }), diskThree({ spec: { tags: ['ssd'] } }))],
    ['node tags', homeless('', degraded(unscheduled('replica scheduling failed'), { nodeSelector: ['fast'] }), rawNode(3, { spec: { tags: ['slow'] } }))],
    ['tags, by Longhorn’s word alone', withObjects(homeless('tags not fulfilled'), degraded(unscheduled('tags not fulfilled'), { diskSelector: ['nvme'], nodeSelector: ['fast'] }), ...[1, 2, 3].map((index) => rawNode(index, { spec: { tags: ['fast'] }, disk: { spec: { tags: ['nvme'] } } })))],
    ['no engine that is ready, by Longhorn’s word alone', homeless('none of the node candidates contains a ready engine image')],
    ['a place on a node that is not ready', homeless(PRECHECK, nodeThree('KubernetesNodePressure', false, 'Ready'))],
    ['a place on a node that does not schedule', homeless(PRECHECK, nodeThree('SomethingElse'))],
    ['a place on a disk that is not ready', homeless(PRECHECK, diskThree(diskReady('NoDiskInfo')))],
    ['a place on a disk that does not schedule', homeless(PRECHECK, diskThree({ status: { conditions: [rawCondition('Ready', true), rawCondition('Schedulable', false, 'Odd')] } }))],
    ['a place on a disk that was not reported', homeless(PRECHECK, diskThree({ status: { storageMaximum: null, storageAvailable: null } }))],
    ['two nodes without a disk for it', homeless(PRECHECK, rawNode(3, { disk: filesystem }), rawNode(4, { disk: null }), rawKubeNode(4), rawInstanceManager(4))],
    ['a node without a disk for it, and enough others', homeless(PRECHECK, cordoned(3), ...fourth, rawNode(4, { disk: filesystem }))],
    ['a node without a disk for v1', withObjects(homeless(PRECHECK), degraded(unscheduled(PRECHECK), { dataEngine: 'v1' }), ...[1, 2].map((index) => rawNode(index, { disk: filesystem })), ...[1, 2, 3].map((index) => rawInstanceManager(index, { spec: { dataEngine: 'v1' } })))],
    ['fewer nodes than copies', twoNodes()],
    ['no local copy, by the reason alone', homeless('', degraded(unscheduled('something', 'LocalReplicaSchedulingFailure'), { dataLocality: 'best-effort', nodeID: 'node-2' }))],
    ['no local copy, not attached by its own word', homeless('', degraded({ currentNodeID: '', ...unscheduled('hard affinity cannot be satisfied') }, { dataLocality: 'strict-local', nodeID: 'node-2' }))],
    ['no local copy, and no node', homeless('', degraded({ currentNodeID: '', ...unscheduled('hard affinity cannot be satisfied') }, { nodeID: '' }))],
    ['a linked clone without its source', homeless('', degraded({ cloneStatus: { state: 'completed', sourceVolume: 'pvc-gold' }, ...unscheduled('linked clone replica cannot be satisfied') }, { cloneMode: 'linked-clone' }))],
    ['a copy discarded, who knows after how long', homeless('', degraded(unscheduled('something new'), { staleReplicaTimeout: null }), ...fourth)],
    ['another reason', lost(degraded(unscheduled('something new')), ...fourth)],
    ['another reason, without words', twoNodes(degraded({ conditions: [] }, { numberOfReplicas: 2 }), rawReplica(2, failed(900, { spec: { rebuildRetryCount: 5 } })), rawEngine({ 1: 'RW' }), rawNode(2, { conditions: nodeDown(2, 'ManagerPodDown') }))],
    ['nothing that explains it', withObjects(healthy, degraded(), two, rawReplica(3, { status: { currentState: 'stopping' } }))],
    ['a disk kept for the failed', lost(degraded(unscheduled('replica scheduling failed'), { replicaDiskSoftAntiAffinity: 'disabled' }))],
    ['a disk full of what is not Longhorn’s', homeless(SAYS_SPACE, stranger({ scheduledReplica: { 'pvc-9-r-1': 100 * GIB } }))],
    ['a disk of another replica’s, full of what is not Longhorn’s', homeless(SAYS_SPACE, stranger({ scheduledReplica: {} }), rawReplica(3, {}, 'pvc-8'), rawVolume({ status: { actualSize: 40 * GIB } }, 'pvc-8'), rawReplica(3, { metadata: { name: 'x' } }, 'pvc-7'), rawVolume({ status: { actualSize: null } }, 'pvc-7'), rawReplica(3, { metadata: { name: 'y' } }, 'pvc-6'), rawReplica(3, { metadata: { name: 'z' }, spec: { diskID: 'other' } }, 'pvc-5'))],
    ['a disk of a replica whose volume nobody knows, full of what is not Longhorn’s', homeless(SAYS_SPACE, stranger({ scheduledReplica: { y: 100 * GIB, w: 5 } }), rawReplica(3, { metadata: { name: 'y' } }, 'pvc-6'))],
    ['a disk full of what is not Longhorn’s, exactly by a tenth', homeless(SAYS_SPACE, stranger({ storageMaximum: 1000, storageAvailable: 900, storageScheduled: 1000, conditions: [rawCondition('Ready', true), rawCondition('Schedulable', false, 'DiskPressure')] }))],
    ['the node of the lost copy and another are not ready', lost(degraded(unscheduled(PRECHECK)), rawNode(3, { conditions: nodeDown(3, 'ManagerPodDown') }), ...fourth, rawNode(4, { conditions: nodeDown(4, 'ManagerPodDown') }))],
    ['space that is counted twice', withObjects(homeless(''), degraded(unscheduled(SAYS_SPACE), { numberOfReplicas: 4, replicaSoftAntiAffinity: 'enabled' }), rawReplica(3, { spec: { diskID: 'disk-3b' } }), rawNode(3, { disk: { spec: {}, status: {} } }))]
  ]);
});

describe('of what is blocked is told', () => {
  const everywhere = (...changes: Changes) => homeless('', degraded({ conditions: [] }), ...changes);
  expectCodes([
    ['nothing while it is waited for', awaited(), ['waiting-for-copy']],
    ['nothing while it migrates', homeless(PRECHECK, degraded(unscheduled(PRECHECK), { migrationNodeID: 'node-2' }), cordoned(3)), ['rebuild-paused-migration', 'migrating']],
    ['the node that Longhorn does not name', everywhere(cordoned(3)), ['node-cordoned']],
    ['a disk’s own fault as a loss, not as a place, where a copy was lost', lost(degraded(unscheduled(PRECHECK)), diskThree(diskReady('NoDiskInfo'))), ['disk-missing']],
    ['a node’s own fault as a loss, not as a place, where a copy was lost', lost(degraded(unscheduled(PRECHECK)), rawNode(3, { conditions: nodeDown(3, 'ManagerPodDown') })), ['manager-down']],
    ['the layout before a label, a switch and a cordon', homeless(PRECHECK, rawNode(3, { disk: filesystem }), ...fourth, cordoned(4), degraded(unscheduled(PRECHECK), { numberOfReplicas: 4 })), ['too-few-nodes-with-disks', 'node-cordoned', 'copy-discarded']],
    ['a cordon before a node without disks, where enough have some', homeless(PRECHECK, cordoned(3), ...fourth, rawNode(4, { disk: filesystem })), ['node-cordoned', 'node-without-disk', 'copy-discarded']],
    ['no lack of nodes while nodes are stale', twoNodes(), ['copy-discarded'], { status: { 'longhorn.io.node': 'stale' } }],
    ['no lack of nodes where one more would do', homeless('replica scheduling failed', ...fourth, degraded(unscheduled('replica scheduling failed'))), ['copy-discarded']],
    ['no copy discarded while its object is there', lost(degraded(unscheduled(PRECHECK)), cordoned(3)), ['node-cordoned']],
    ['no copy discarded while as many are there as it wants', homeless(PRECHECK, degraded(unscheduled(PRECHECK), { numberOfReplicas: 2 })), ['degraded-unexplained']],
    ['no copy discarded without a number', homeless(PRECHECK, degraded(unscheduled(PRECHECK), { numberOfReplicas: null })), ['degraded-unexplained']],
    ['no local copy for a condition that holds', lost(degraded({ conditions: [rawCondition('Scheduled', true, 'LocalReplicaSchedulingFailure')] })), ['degraded-unexplained']],
    ['no disk kept where replicas may share one', lost(degraded(unscheduled('replica scheduling failed')), ...fourth), ['blocked-other']],
    ['no disk kept for what cannot come back', lost(degraded(unscheduled('replica scheduling failed'), { replicaDiskSoftAntiAffinity: 'disabled' }), rawReplica(3, failed(900, { spec: { rebuildRetryCount: 5 } })), ...fourth), ['blocked-other']],
    ['nothing foreign within a tenth of the disk', homeless(SAYS_SPACE, stranger({ storageMaximum: 1000, storageAvailable: 901, storageScheduled: 1000 })), ['insufficient-storage', 'copy-discarded']],
    ['nothing foreign where space is free', homeless(PRECHECK, diskThree({ spec: { allowScheduling: false }, status: { storageAvailable: 300 * GIB } })), ['scheduling-off', 'copy-discarded']],
    ['nothing foreign while replicas could not be read', homeless(SAYS_SPACE, stranger({})), ['insufficient-storage', 'copy-discarded'], { status: { 'longhorn.io.replica': 'stale' } }],
    ['nothing foreign in what is reserved', homeless(SAYS_SPACE, diskThree({ spec: { storageReserved: 800 * GIB }, status: { storageAvailable: 200 * GIB } })), ['insufficient-storage', 'copy-discarded']],
    ['nothing counted twice for a neighbour on the same disk', withObjects(homeless(''), degraded(unscheduled(SAYS_SPACE), { numberOfReplicas: 4, replicaSoftAntiAffinity: 'enabled' }), rawReplica(3)), ['insufficient-storage', 'copy-discarded']],
    ['nothing counted twice by another reason', withObjects(homeless(''), degraded(unscheduled('disks are unavailable'), { numberOfReplicas: 4, replicaSoftAntiAffinity: 'enabled' }), rawReplica(3, { spec: { diskID: 'disk-3b' } })), ['copy-discarded']],
    ['nothing counted twice by two reasons', withObjects(homeless(''), degraded(unscheduled(`${SAYS_SPACE}; disks are unavailable`), { numberOfReplicas: 4, replicaSoftAntiAffinity: 'enabled' }), rawReplica(3, { spec: { diskID: 'disk-3b' } })), ['insufficient-storage', 'copy-discarded']],
    ['no disk kept while it is waited for', awaited(degraded({ lastDegradedAt: ago(60) }, { replicaDiskSoftAntiAffinity: 'disabled' })), ['waiting-for-copy', 'no-place-after-wait']],
    ['no lack of nodes where one of them could hold more', twoNodes(degraded(unscheduled('replica scheduling failed'), { numberOfReplicas: 3 }), rawReplica(2, failed(900))), ['blocked-other', 'last-good-copy']],
    ['no copy discarded while one more waits for a place', homeless(PRECHECK, rawReplica(3, { spec: { nodeID: '', diskID: '', healthyAt: '', lastHealthyAt: '' }, status: { currentState: 'stopped', storageIP: '', ip: '', port: 0 } }), cordoned(3)), ['node-cordoned']],
    ['nothing counted twice without a neighbour', homeless(SAYS_SPACE), ['insufficient-storage', 'copy-discarded']]
  ]);
});

const managers = (...states: readonly string[]) => states.map((currentState, index) => rawInstanceManager(3, { metadata: { name: index === 0 ? 'instance-manager-3' : `instance-manager-3-${String(index)}` }, status: { currentState } }));
const hugepages = (status: boolean) => rawNode(3, { conditions: [rawCondition('Ready', true), rawCondition('Schedulable', true), rawCondition('HugePagesAvailable', status, status ? '' : 'HugePagesNotEnough', status ? '' : '2 of 1024')] });
const moved = (reason: string) => diskThree({ status: { diskUUID: 'disk-new', ...diskReady(reason).status } });

describe('what was lost, and all that is told of it', () => {
  expectTold(new URL('./testing/expected/lost.txt', import.meta.url), [
    ['a node that left the cluster', withoutObjects(awaited(), 'Node', 'node-3')],
    ['a node is down, no word on scheduling', lost(down, degraded({ conditions: [] }))],
    ['a node is down, and its copy is made anew', lost(down, ...fourth)],
    ['the manager is missing, and it is waited for', awaited(rawNode(3, { conditions: nodeDown(3, 'ManagerPodMissing') }))],
    ['the manager is down, and a place is elsewhere', lost(rawNode(3, { conditions: nodeDown(3, 'ManagerPodDown') }), ...fourth)],
    ['two instance managers are down for want of huge pages', lost(...managers('error', 'stopped'), hugepages(false), ...fourth)],
    ['the instance manager is down, that of the other engine is not', lost(...managers('error'), rawInstanceManager(3, { metadata: { name: 'im-v1' }, spec: { dataEngine: 'v1' } }), ...fourth)],
    ['a disk that was taken away, two others are there', lost(rawReplica(3, failed(900, { spec: { diskID: 'disk-gone', diskPath: '/dev/gone' } })), rawNode(3, { spec: { disks: { a: { diskType: 'block', path: '/dev/a' }, b: { diskType: 'block', path: '/dev/b' } } }, status: { diskStatus: { a: { diskUUID: 'disk-a', diskType: 'block' }, b: { diskUUID: 'disk-b', diskType: 'block' } } } }), ...fourth)],
    ['the instance manager is gone, the node says nothing of huge pages', withoutObjects(lost(rawNode(3, { conditions: [rawCondition('Ready', true), rawCondition('Schedulable', true)] }), ...fourth), 'InstanceManager', 'instance-manager-3')],
    ['the instance manager is down, and it is waited for', awaited(...managers('error'))],
    ['a disk that is not ready', awaited(diskThree(diskReady('DiskNotReady')))],
    ['a disk that has another UUID, found by its path', lost(moved('DiskFilesystemChanged'), ...fourth)],
    ['a disk that was taken away, a place elsewhere', lost(rawNode(3, { disk: null }), ...fourth)],
    ['a disk that was taken away, another is there', lost(rawReplica(3, failed(900, { spec: { diskID: 'disk-gone', diskPath: '/dev/gone' } })), ...fourth)],
    ['a filesystem that is read-only on a disk no node has', lost(rawReplica(3, failed(60, { spec: { diskID: 'disk-gone', diskPath: '/dev/gone' }, status: { conditions: [rawCondition('FilesystemReadOnly', true)] } })), ...fourth)],
    ['a replica in error, its engine not running', withObjects(healthy, degraded(), rawEngine({ 1: 'RW', 2: 'RW' }, { status: { currentState: 'error' } }), rawReplica(3, { status: { currentState: 'error' } }))],
    ['a replica that does not answer', withObjects(healthy, degraded(), two, rawReplica(3, { status: { currentState: 'unknown' } }))]
  ]);
});

describe('of what was lost is told', () => {
  const homelessReplica = rawReplica(3, failed(900, { spec: { nodeID: '', diskID: '' } }));
  expectCodes([
    ['no node that left, while nodes could not be read', withoutObjects(awaited(), 'Node', 'node-3'), ['waiting-for-copy'], { status: { 'longhorn.io.node': 'stale' } }],
    ['nothing of the node of a replica without one', lost(homelessReplica, down, ...fourth), ['degraded-unexplained']],
    ['no copy made anew while another rebuilds', withObjects(lost(down, ...fourth), rawReplica(4, { spec: { healthyAt: '' } }), rawEngine({ 1: 'RW', 2: 'RW', 4: 'WO' }, { status: { rebuildStatus: rebuildOf(4, 5, 1) } })), ['rebuilding']],
    ['no instance manager while one runs', lost(...managers('error', 'running'), ...fourth), ['degraded-unexplained']],
    ['no instance manager while they could not be read', lost(...managers('error'), ...fourth), ['degraded-unexplained'], { status: { 'longhorn.io.instancemanager': 'forbidden' } }],
    ['no instance manager of a node that is not ready', lost(...managers('error'), rawNode(3, { conditions: [rawCondition('Ready', false, 'Odd'), rawCondition('Schedulable', true)] }), ...fourth), ['degraded-unexplained']],
    ['no disk for another reason', lost(diskThree(diskReady('Odd')), ...fourth), ['degraded-unexplained']],
    ['no disk that is ready', lost(diskThree({ status: { conditions: [rawCondition('Ready', true, 'NoDiskInfo'), rawCondition('Schedulable', true)] } }), ...fourth), ['degraded-unexplained']],
    ['no disk by a path that nobody has', lost(rawReplica(3, failed(900, { spec: { diskID: 'disk-gone', diskPath: '' } })), diskThree({ spec: { path: '' }, status: { diskUUID: 'disk-new', diskPath: '', ...diskReady('NoDiskInfo').status } }), ...fourth), ['disk-removed']],
    ['no disk taken away while nodes could not be read', lost(rawNode(3, { disk: null }), ...fourth), ['degraded-unexplained'], { status: { 'longhorn.io.node': 'stale' } }],
    ['no disk taken away that was never given', lost(rawReplica(3, failed(900, { spec: { diskID: '' } })), rawNode(3, { disk: null }), ...fourth), ['degraded-unexplained']],
    ['no disk taken away of a node that has left', withoutObjects(lost(...fourth), 'Node', 'node-3'), ['node-down-replacing']],
    ['no filesystem that can be written', lost(rawReplica(3, failed(900, { status: { conditions: [rawCondition('FilesystemReadOnly', false)] } })), ...fourth), ['degraded-unexplained']],
    ['a disk missing before one replaced, each of its own replica', lost(rawReplica(2, failed(950)), rawEngine({ 1: 'RW' }), rawNode(2, { disk: { status: { diskUUID: 'disk-new', ...diskReady('DiskFilesystemChanged').status } } }), diskThree(diskReady('NoDiskInfo')), ...fourth, rawNode(5), rawKubeNode(5), rawInstanceManager(5)), ['disk-missing', 'disk-replaced', 'last-good-copy']]
  ]);
});

describe('of a place after the wait is told', () => {
  expectTold(new URL('./testing/expected/after-the-wait.txt', import.meta.url), [
    ...([
      ['too little that is free', rawNode(4, { disk: { status: { storageAvailable: 256 * GIB } } })], ['too much that is promised', rawNode(4, { disk: { status: { storageScheduled: 1020 * GIB } } })], ['pressure', rawNode(4, { disk: { status: { conditions: [rawCondition('Ready', true), rawCondition('Schedulable', false, 'DiskPressure')] } } })],
      ['a node switched off', rawNode(4, { spec: { allowScheduling: false } })], ['a disk switched off', rawNode(4, { disk: { spec: { allowScheduling: false } } })], ['a node being evicted', rawNode(4, { spec: { allowScheduling: false, evictionRequested: true } })], ['a disk being evicted', rawNode(4, { disk: { spec: { evictionRequested: true } } })],
      ['a cordon', cordoned(4)], ['a node that does not schedule', rawNode(4, { conditions: [rawCondition('Ready', true), rawCondition('Schedulable', false, 'Odd')] })], ['a node that is not ready', rawNode(4, { conditions: nodeDown(4, 'ManagerPodDown') })], ['a label', rawKubeNode(4, { metadata: { labels: { 'node.longhorn.io/disable-v2-data-engine': 'true' } } })],
      ['no disk', rawNode(4, { disk: null })], ['no block disk', rawNode(4, { disk: filesystem })], ['a disk that is not ready', rawNode(4, { disk: diskReady('NoDiskInfo') })], ['a disk that does not schedule', rawNode(4, { disk: { status: { conditions: [rawCondition('Ready', true), rawCondition('Schedulable', false, 'Odd')] } } })],
      ['no instance manager', rawInstanceManager(4, { status: { currentState: 'error' } })]
    ] as const).map(([name, change]) => [name, awaited(down, ...fourth, change)] as const),
    ['node tags', awaited(down, ...fourth, rawNode(4, { spec: { tags: ['slow'] } }), degraded({ lastDegradedAt: ago(60) }, { nodeSelector: ['fast'] }))],
    ['disk tags', awaited(down, ...fourth, rawNode(4, { disk: { spec: { tags: ['hdd'] } } }), degraded({ lastDegradedAt: ago(60) }, { diskSelector: ['nvme'] }))],
    ['a zone', awaited(...[1, 2, 3, 4].map((index) => rawNode(index, { status: { zone: index === 3 ? 'b' : 'a' } })), rawNode(3, { status: { zone: 'b' }, conditions: nodeDown(3), disk: DISK_OF_DOWN_NODE }), rawKubeNode(4), rawInstanceManager(4), degraded({ lastDegradedAt: ago(60) }, { replicaZoneSoftAntiAffinity: 'disabled' }))],
    ['six nodes in the same way: five are cited', awaited(down, ...[4, 5, 6, 7, 8, 9].flatMap((index) => [cordoned(index), rawKubeNode(index), rawInstanceManager(index)]))],
    ['space before tags, tags before a switch', awaited(down, ...[4, 5].flatMap((index) => [rawKubeNode(index), rawInstanceManager(index)]), cordoned(4), rawNode(5, { disk: { status: { storageScheduled: 1020 * GIB } } }))]
  ]);
  expectCodes([
    ['nothing to a volume that is not degraded', withObjects(awaited(down), rawEngine(), degraded({ robustness: 'healthy', lastDegradedAt: ago(60) })), ['node-down-waiting'], { history: { stateSince: NOW } }],
    ['nothing where the wait is over', lost(down), ['node-down-blocked']],
    ['nothing where the setting waits no longer', awaited(down, rawSetting('replica-replenishment-wait-interval', '60')), ['node-down-blocked']]
  ]);
});
