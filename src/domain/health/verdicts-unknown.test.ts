import { describe, expect, it } from 'vitest';
import { diagnoseVolume } from './diagnose';
import { rawCluster } from '../testing/raw-cluster';
import { nodeDown, NOW, rawCondition, rawEngine, rawInstanceManager, rawNode, VOLUME, withObjects, withoutObjects } from '../testing/raw-objects';
import { healthy, salvaged, stopped, volume } from '../testing/situations';
import { tellSays } from '../testing/told';
import { expectCodes, expectTold } from '../testing/told-cases';

const silent = (nodeID = 'node-1') => rawEngine(undefined, { spec: { nodeID }, status: { currentState: 'unknown' } });
const unknown = (status: Record<string, unknown> = {}) => volume('attached', 'unknown', status);
const down = (index: number) => rawNode(index, { conditions: nodeDown(index) });
const manager = (currentState: string) => rawInstanceManager(1, { status: { currentState } });
const managerOfV1 = rawInstanceManager(1, { metadata: { name: 'instance-manager-v1' }, spec: { dataEngine: 'v1' }, status: { currentState: 'running' } });
const sharded = { dataLayout: { type: 'sharded' } };

describe('what cannot be known, and all that is told of it', () => {
  expectTold(new URL('./testing/expected/unknown.txt', import.meta.url), [
    ['the engine’s node is down, elsewhere than the VM', withObjects(healthy, unknown(), silent('node-2'), down(2))],
    ['the VM’s node is down, elsewhere than the engine', withObjects(healthy, unknown(), silent('node-2'), down(1))],
    ['the engine does not say where it is', withObjects(healthy, unknown({ currentEngineNodeID: 'node-2' }), silent(''), down(2))],
    ['the VM’s node is down, and no engine is left', withObjects(withoutObjects(healthy, 'Engine'), unknown({ currentEngineNodeID: '' }), down(1))],
    ['the instance manager is silent, that of the other engine is not', withObjects(healthy, unknown(), silent(), manager('unknown'), managerOfV1)],
    ['no instance manager is left', withObjects(withoutObjects(healthy, 'InstanceManager', 'instance-manager-1'), unknown(), silent())],
    ['volumes are stale', healthy, { status: { 'longhorn.io.volume': 'stale' } }],
    ['engines may not be read', withoutObjects(healthy, 'Engine'), { status: { 'longhorn.io.engine': 'forbidden' } }],
    ['replicas are being loaded', healthy, { status: { 'longhorn.io.replica': 'loading' } }],
    ['replicas are not there as a kind', healthy, { status: { 'longhorn.io.replica': 'absent' } }],
    ['reading replicas has failed', healthy, { status: { 'longhorn.io.replica': 'failed' } }],
    ['no engine', withoutObjects(healthy, 'Engine')],
    ['an engine that does not run', withObjects(healthy, rawEngine(undefined, { status: { currentState: 'error' } }))],
    ['an engine that nobody has written yet', withObjects(healthy, rawEngine(undefined, { status: { currentState: '' } }))],
    ['an engine without modes', withObjects(healthy, rawEngine(undefined, { status: { replicaModeMap: null } }))],
    ['no replicas', withoutObjects(healthy, 'Replica')],
    ['no number of replicas', withObjects(healthy, volume('attached', 'healthy', {}, { numberOfReplicas: null }))],
    ['a state that nobody knows', withObjects(healthy, volume('floating', 'healthy'))],
    ['a robustness that nobody knows', withObjects(healthy, volume('attached', 'splendid'))],
    ['attached, its robustness not written', withObjects(healthy, unknown())],
    ['sharded and detached', withObjects(stopped(), volume('detached', 'unknown', {}, sharded))],
    ['stopped after a salvage', stopped(...[1, 2, 3].map(salvaged))]
  ]);
});

describe('a node that is lost is the cause', () => {
  expectCodes([
    ['of what is attached', withObjects(healthy, unknown(), silent(), down(1)), ['node-down-unknown']],
    ['not of what still reads healthy', withObjects(healthy, silent(), down(1)), ['engine-not-running']],
    ['not of a state that nobody knows', withObjects(healthy, volume('floating', 'unknown'), silent(), down(1)), ['state-unknown']],
    ['not of another node’s volume', withObjects(healthy, unknown(), silent(), down(2)), ['robustness-unknown']],
    ['not while Kubernetes has it', withObjects(healthy, unknown(), silent(), rawNode(1, { conditions: [rawCondition('Ready', false, 'KubernetesNodePressure'), rawCondition('Schedulable', true)] })), ['robustness-unknown']],
    ['not where Longhorn has no such node', withObjects(withoutObjects(healthy, 'Node', 'node-1'), unknown(), silent()), ['robustness-unknown']]
  ]);
});

describe('an instance manager that is lost is the cause', () => {
  expectCodes([
    ['of an engine that is silent', withObjects(healthy, unknown(), silent(), manager('error')), ['instance-manager-unknown']],
    ['not of an engine that runs', withObjects(healthy, unknown(), manager('error')), ['robustness-unknown']],
    ['not while one runs', withObjects(healthy, unknown(), silent()), ['robustness-unknown']],
    ['not while the node’s manager is down as well', withObjects(healthy, unknown(), silent(), manager('error'), rawNode(1, { conditions: nodeDown(1, 'ManagerPodDown') })), ['robustness-unknown']],
    ['not without an engine', withObjects(withoutObjects(healthy, 'Engine'), unknown(), manager('error')), ['engine-missing']],
    ['not of a state that nobody knows', withObjects(healthy, volume('floating', 'unknown'), silent(), manager('error')), ['state-unknown']]
  ]);
  it('not when instance managers could not be read', () => {
    const view = rawCluster(withObjects(withoutObjects(healthy, 'InstanceManager'), unknown(), silent()), { status: { 'longhorn.io.instancemanager': 'forbidden' } });
    expect(diagnoseVolume(view, VOLUME, NOW).headline.code).toBe('robustness-unknown');
  });
});

describe('since when nothing is known', () => {
  it.each([['cannot be told for a kind never asked for', healthy], ['nor of a volume that is gone', withoutObjects(healthy, 'Volume')]] as const)('%s', (_name, world) => {
    const view = rawCluster(world, { status: { 'longhorn.io.volume': 'unread' } });
    const params = diagnoseVolume({ ...view, readState: (kind) => ({ ...view.readState(kind), since: null }) }, VOLUME, NOW).headline.params;
    expect(params).toMatchObject({ hasSince: 'no', sinceAt: 0 });
    expect(diagnoseVolume(view, VOLUME, NOW).headline.params).toMatchObject({ hasSince: 'yes' });
  });

  it.each([
    ['volume-gone', withoutObjects(healthy, 'Volume'), {}],
    ['cannot-read', [], { status: { 'longhorn.io.volume': 'forbidden' } }]
  ] as const)('and a verdict without a volume is whole: %s', (code, world, options) => {
    const verdict = diagnoseVolume(rawCluster(world, { readAt: NOW - 1000, ...options }), VOLUME, NOW);
    expect(tellSays(verdict).split('\n')).toEqual([
      'pvc-1: unknown; 0 of null; since —', ' says', `  ${code} [unknown] of pvc-1, 0/? hasSince=yes sinceAt=now-1s value="" what=volume`,
      `    longhorn.io.volume  readState: ${code === 'volume-gone' ? 'ready' : 'forbidden (not read)'}`
    ]);
    expect(verdict).toMatchObject({ volumeName: VOLUME, phase: null, replicas: [], facts: [], rebuild: null, needsAttention: false });
  });
});
