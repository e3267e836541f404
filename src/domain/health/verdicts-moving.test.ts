import { describe } from 'vitest';
import { ago, failed, nodeDown, NOW, rawAttachment, rawCondition, rawEngine, rawFrontend, rawInstanceManager, rawKubeNode, rawNode, rawReplica, rawVolume, withObjects, withoutObjects } from '../testing/raw-objects';
import { attaching, degraded, healthy, held, lost, ticket, unplaced, unsatisfied, volume } from '../testing/situations';
import { expectCodes, expectTold } from '../testing/told-cases';
import type { Seen } from '../testing/verdict-of';

type Fields = Record<string, unknown>;
const since = (milliseconds: number): Seen => ({ history: { stateSince: NOW - milliseconds, firstSeenAt: NOW - 800_000 } });
const beingDeleted = (seconds: number, state = 'attached') => withObjects(healthy, rawVolume({ metadata: { deletionTimestamp: ago(seconds) }, status: { state } }));
const cloned = (cloneStatus: Fields, ...changes: Parameters<typeof withObjects>[1][]) => withObjects(healthy, volume('attached', 'degraded', { cloneStatus }), ...changes);
const cloneProgress = { cloneStatus: { 'tcp://10.52.0.1:20001': { isCloning: true, progress: 0 } } };
const restoring = (status: Fields, spec: Fields = {}) => withObjects(healthy, volume('attached', 'degraded', status, spec));
const nowhere = (status: Fields = {}, state = 'attaching') => attaching(volume(state, 'unknown', { currentNodeID: '', ...status }), unplaced(1), unplaced(2), unplaced(3));
const refused = { conditions: [rawCondition('Scheduled', false, 'ReplicaSchedulingFailure', 'disks are unavailable')] };
const event = (message: string): Seen => ({ extras: { events: [{ reason: 'FailedStarting', message, at: NOW }] } });
const serving = (...changes: Parameters<typeof withObjects>[1][]) => withObjects(attaching(), rawEngine(), ...changes);
const starting = rawFrontend({ status: { currentState: 'starting', endpoint: '' } });
const replicaThree = (currentState: string, spec: Fields = {}) => rawReplica(3, { spec, status: { currentState, storageIP: '', ip: '' } });
const cordonedThree = rawNode(3, { conditions: [rawCondition('Ready', true), rawCondition('Schedulable', false, 'KubernetesNodeCordoned')] });
const managerThree = (currentState: string) => rawInstanceManager(3, { status: { currentState } });
const detaching = (...changes: Parameters<typeof withObjects>[1][]) => withObjects(healthy, volume('detaching', 'unknown'), ...changes);
const engineStopped = rawEngine(undefined, { spec: { nodeID: '' }, status: { currentState: 'stopped' } });
const frontendStopped = rawFrontend({ status: { currentState: 'stopped' } });
const creationFailed = rawReplica(2, { status: { currentState: 'stopped', conditions: [rawCondition('InstanceCreation', false, 'InstanceCreationFailure', 'no free port')] } });
const waitsForImage = (status: boolean) => [rawCondition('WaitForBackingImage', status, 'Waiting', 'waiting for ubuntu')];
const withoutLabel = rawKubeNode(1, { metadata: { labels: { 'node.longhorn.io/disable-v2-data-engine': 'true' } } });
const wanted = rawAttachment({ ...ticket('a', 'csi-attacher', 'node-2') }, unsatisfied('a', 'waiting'));

describe('what is on its way, and all that is told of it', () => {
  expectTold(new URL('./testing/expected/moving.txt', import.meta.url), [
    ['deleting, by its state alone', withObjects(healthy, rawVolume({ status: { state: 'deleting' } }))],
    ['a clone that failed and is not tried again', cloned({ state: 'failed', sourceVolume: '', attemptCount: 0 })],
    ['a clone that failed, its next try overdue', cloned({ state: 'failed', sourceVolume: 'pvc-gold', attemptCount: 3, nextAllowedAttemptAt: ago(1) })],
    ['a clone that failed, its next try now', cloned({ state: 'failed', sourceVolume: 'pvc-gold', attemptCount: 3, nextAllowedAttemptAt: ago(0) })],
    ['a replica whose instance manager is down, that of the other engine is not', attaching(replicaThree('stopped'), managerThree('error'), rawInstanceManager(3, { metadata: { name: 'im-v1' }, spec: { dataEngine: 'v1' } })), held],
    ['detachment waits for an initiator elsewhere', detaching(rawFrontend({ spec: { nodeID: 'node-2' } }), rawEngine(undefined, { spec: { nodeID: 'node-3' } })), held],
    ['detachment waits for an engine elsewhere', detaching(frontendStopped, rawEngine(undefined, { spec: { nodeID: 'node-3' } })), held],
    ['detachment waits for what nobody has written', detaching(rawFrontend({ status: { currentState: '' } }), rawEngine(undefined, { status: { currentState: '' } })), held],
    ['its own backing image and a replica’s are not there yet', attaching(volume('attaching', 'unknown', { conditions: waitsForImage(true) }), rawReplica(2, { status: { conditions: [rawCondition('WaitForBackingImage', true, 'Waiting', 'another')] } }))],
    ['a clone that finishes, from a source not named', cloned({ state: 'copy-completed-awaiting-healthy', sourceVolume: '' })],
    ['a clone of which the engine says nothing', cloned({ state: 'initiated', sourceVolume: '' })],
    ['a clone that has begun', cloned({ state: 'initiated', sourceVolume: 'pvc-gold' }, rawEngine(undefined, { status: cloneProgress }))],
    ['a clone without an engine that runs', cloned({ state: 'initiated', sourceVolume: 'pvc-gold' }, rawEngine(undefined, { status: { currentState: 'stopped' } }))],
    ['a restore, by its condition', restoring({ conditions: [rawCondition('Restore', true, 'RestoreInProgress')] })],
    ['a restore without an engine that runs', withObjects(restoring({ restoreRequired: true }), rawEngine(undefined, { status: { currentState: 'stopped' } }))],
    ['no place found, while it is created', nowhere(refused, 'creating')],
    ['no place found, and nothing said of it', nowhere({ conditions: [] })],
    ['no copy to start, by an event', attaching(), event('no healthy or scheduled replica for starting')],
    ['a node without an instance manager for v2', withoutObjects(attaching(), 'InstanceManager', 'instance-manager-1')],
    ['a node without v2, wanted by a ticket', attaching(volume('attaching', 'unknown', { currentNodeID: '' }, { nodeID: '' }), wanted, rawInstanceManager(2, { status: { currentState: 'error' } }))],
    ['an initiator without a device, for long', serving(rawFrontend({ spec: { nodeID: '' }, status: { currentState: 'running', endpoint: '' } })), held],
    ['no initiator in use', serving(rawFrontend({ spec: { active: false } }))],
    ['a replica whose instance manager is down', attaching(replicaThree('stopped'), managerThree('error')), held],
    ['a replica whose instance manager cannot come back to a cordoned node', withoutObjects(attaching(replicaThree('stopped'), cordonedThree), 'InstanceManager', 'instance-manager-3'), held],
    ['a replica on a node that is down', attaching(replicaThree('starting'), rawNode(3, { conditions: nodeDown(3) })), held],
    ['a replica on a node that nobody could read', withoutObjects(attaching(replicaThree('starting')), 'Node', 'node-3'), { ...held, status: { 'longhorn.io.node': 'stale' } }],
    ['a replica on a node that left', withoutObjects(attaching(replicaThree('starting')), 'Node', 'node-3'), held],
    ['detachment waits for the engine', detaching(frontendStopped), held],
    ['detachment waits for the replicas', detaching(frontendStopped, engineStopped), held],
    ['detachment waits for an engine that does not say where it is', detaching(frontendStopped, rawEngine(undefined, { spec: { nodeID: '' } })), held],
    ['attachment takes long', attaching(), held],
    ['attachment', attaching()],
    ['attachment, wanted by a ticket', attaching(volume('attaching', 'unknown', { currentNodeID: '' }, { nodeID: '' }), wanted)],
    ['attachment to nowhere', attaching(volume('attaching', 'unknown', { currentNodeID: '' }, { nodeID: '' }), rawAttachment({ ...ticket('a', 'csi-attacher', 'node-2') }, { a: { id: 'a', satisfied: true } }))],
    ['detachment', detaching()],
    ['new, its status not written', withObjects(healthy, rawVolume({ metadata: { creationTimestamp: ago(60) }, status: { state: '', robustness: '' } }))],
    ['attached, and about to be healthy', withObjects(healthy, volume('attached', 'unknown')), since(10_000)],
    ['its own backing image is not there yet', attaching(volume('attaching', 'unknown', { conditions: waitsForImage(true) }))],
    ['a replica that cannot be made, of a degraded volume', lost(rawReplica(3, failed(900, { status: { conditions: [rawCondition('InstanceCreation', false, 'InstanceCreationFailure', 'no free port')] } })))],
    ['a backing image that is not there yet, for a degraded volume', lost(degraded({ conditions: waitsForImage(true) }))]
  ]);
});

describe('of what is on its way is told', () => {
  expectCodes([
    ['that it is deleted, up to ten minutes', beingDeleted(599), ['deleting']],
    ['that its deletion is stuck, from ten minutes', beingDeleted(600), ['deleting-stuck']],
    ['a deletion before anything else', withObjects(beingDeleted(30), rawVolume({ metadata: { deletionTimestamp: ago(30) }, status: { state: 'attached', cloneStatus: { state: 'initiated' } } })), ['deleting', 'cloning']],
    ['no clone that is done', cloned({ state: 'completed', sourceVolume: 'pvc-gold' }), ['degraded-unexplained']],
    ['no restore of a standby', withObjects(healthy, volume('attached', 'healthy', { restoreRequired: true }, { Standby: true })), ['standby']],
    ['no restore that is over', restoring({ conditions: [rawCondition('Restore', false)] }), ['degraded-unexplained']],
    ['no lack of places before the scheduler has said so', nowhere({ conditions: [] }, 'creating'), ['being-created']],
    ['no lack of places while one is placed', attaching(unplaced(1), unplaced(2)), ['attaching', 'last-good-copy']],
    ['no lack of places without replicas', withoutObjects(attaching(), 'Replica'), ['attaching']],
    ['no lack of places while it is detached by another event', attaching(), ['attaching'], event('something else')],
    ['no lack of places while it detaches', nowhere(refused, 'detaching'), ['detaching']],
    ['no lack of v2 for v1', attaching(volume('attaching', 'unknown', { currentNodeID: '' }, { dataEngine: 'v1' }), withoutLabel), ['attaching']],
    ['no lack of v2 while it detaches', detaching(withoutLabel), ['detaching']],
    ['no lack of v2 while nobody says where to', attaching(volume('attaching', 'unknown', { currentNodeID: '' }, { nodeID: '' }), withoutLabel), ['attaching']],
    ['no lack of v2 while instance managers could not be read', withoutObjects(attaching(), 'InstanceManager'), ['attaching'], { status: { 'longhorn.io.instancemanager': 'forbidden' } }],
    ['no initiator that is up', serving(), ['attaching']],
    ['an initiator that starts', serving(starting), ['initiator-down']],
    ['an initiator without a device', serving(rawFrontend({ status: { currentState: 'running', endpoint: '' } })), ['initiator-down']],
    ['an initiator that stops, its device still there', serving(rawFrontend({ status: { currentState: 'stopping' } })), ['initiator-down']],
    ['no lack of places while it is created without replicas', withoutObjects(withObjects(healthy, volume('creating', 'unknown', refused)), 'Replica'), ['being-created'], event('no healthy or scheduled replica for starting')],
    ['nothing of creating while it attaches', attaching(), ['attaching']],
    ['no initiator before 1.12', withoutObjects(serving(), 'EngineFrontend'), ['attaching']],
    ['no initiator that could not be read', serving(starting), ['attaching'], { status: { 'longhorn.io.enginefrontend': 'stale' } }],
    ['no initiator before the engine runs', attaching(starting), ['attaching']],
    ['no initiator of v1', serving(starting, volume('attaching', 'unknown', { currentNodeID: '' }, { dataEngine: 'v1' })), ['attaching']],
    ['no initiator while it detaches', detaching(starting), ['detaching']],
    ['no instance manager up to five minutes', attaching(replicaThree('stopped'), managerThree('error')), ['attaching'], since(300_000)],
    ['an instance manager after five minutes', attaching(replicaThree('stopped'), managerThree('error')), ['attach-waits-for-manager', 'waiting-for-copy-start'], since(300_001)],
    ['no instance manager for a replica that runs', attaching(managerThree('error')), ['attach-stuck'], held],
    ['no instance manager for a replica out of use', attaching(replicaThree('stopped', { active: false }), managerThree('error')), ['attach-stuck'], held],
    ['no instance manager for a replica without a place', attaching(unplaced(3), managerThree('error')), ['attach-stuck'], held],
    ['no instance manager of a node that is down', attaching(replicaThree('stopped'), managerThree('error'), rawNode(3, { conditions: nodeDown(3) })), ['waiting-for-copy-start'], held],
    ['no instance manager while one runs', attaching(replicaThree('stopped')), ['waiting-for-copy-start'], held],
    ['no instance manager while it detaches', detaching(replicaThree('stopped'), managerThree('error'), frontendStopped, engineStopped), ['detach-stuck'], held],
    ['no replica up to five minutes', attaching(replicaThree('starting')), ['attaching'], since(300_000)],
    ['no replica that has failed', attaching(replicaThree('stopped', { failedAt: ago(900) })), ['attach-stuck'], held],
    ['no detachment up to five minutes', detaching(), ['detaching'], since(300_000)],
    ['detachment after five minutes', detaching(), ['detach-stuck'], since(300_001)],
    ['no stuck attachment without knowing since when', attaching(), ['attaching']],
    ['a replica that cannot be made, before one that does not start', attaching(creationFailed), ['instance-creation-failed', 'waiting-for-copy-start'], held],
    ['no replica that cannot be made, for another reason', attaching(rawReplica(2, { status: { currentState: 'stopped', conditions: [rawCondition('InstanceCreation', false, 'Other', 'x')] } })), ['attaching']],
    ['no replica that was made', attaching(rawReplica(2, { status: { currentState: 'stopped', conditions: [rawCondition('InstanceCreation', true, 'InstanceCreationFailure', 'x')] } })), ['attaching']],
    ['nothing of that in a healthy volume', withObjects(healthy, rawReplica(2, { status: { conditions: [rawCondition('InstanceCreation', false, 'InstanceCreationFailure', 'x'), ...waitsForImage(true)] } })), ['healthy']],
    ['no backing image that is there', attaching(volume('attaching', 'unknown', { currentNodeID: '', conditions: waitsForImage(false) }), rawReplica(2, { status: { conditions: waitsForImage(false) } })), ['attaching']],
    ['the first state written after none', withObjects(healthy, volume('creating', 'unknown')), ['being-created']]
  ]);
});
