import { describe, expect, it } from 'vitest';
import type { RawObject } from '../kube/types';
import { rawCluster } from '../testing/raw-cluster';
import { nodeDown, rawNode, rawSetting, rawVolume } from '../testing/raw-objects';
import { orderDrains, rehearseDrain, rehearseLoss } from './rehearse';
import type { Loss } from './rehearse';
import type { Level, ReplicaVerdict, VolumeVerdict } from './types';

/** Replicas as `1+` (good, on node-1 and disk-1) or `2-` (not good). */
function verdict(volumeName: string, level: Level, replicas: string, wantedReplicas: number | null = 3): VolumeVerdict {
  const all = replicas.split(' ').filter((text) => text !== '').map((text): ReplicaVerdict => {
    const index = text.slice(0, -1);
    return { name: `${volumeName}-r-${index}`, class: text.endsWith('+') ? 'healthy' : 'failed', nodeName: `node-${index}`, diskName: 'nvme0', diskId: `disk-${index}`, isEvicting: false, isLocal: false, isGood: text.endsWith('+'), since: null, rebuild: null };
  });
  const headline = { code: 'x', level, phase: null, params: {}, evidence: [] };
  return { volumeName, level, phase: null, headline, facts: [], replicas: all, goodReplicas: all.filter((replica) => replica.isGood).length, wantedReplicas, rebuild: null, since: null, needsAttention: false };
}

const claims = (name: string, machine?: string): readonly RawObject[] => [
  { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: 'erp' }, spec: { volumeName: name }, status: { phase: 'Bound' } },
  ...(machine === undefined ? [] : [{ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: { name: machine, namespace: 'erp' }, spec: { template: { spec: { domain: { devices: { disks: [{ name, disk: {} }] } }, volumes: [{ name, persistentVolumeClaim: { claimName: name } }] } } } }])
];
const volume = (name: string, node: string) => rawVolume({ status: { currentNodeID: node, kubernetesStatus: { namespace: 'erp', pvcName: name } } }, name);
const nodes = [1, 2, 3].map((index) => rawNode(index, { status: { zone: index === 1 ? 'a' : 'b' } }));
const view = (...objects: readonly RawObject[]) => rawCluster([...nodes, ...objects]);
const counts = (own: object) => ({ untouched: 0, degraded: 0, 'last-copy': 0, lost: 0, restarted: 0, unknown: 0, ...own });

describe('what a loss does to a volume', () => {
  const effect = (loss: Loss, own: VolumeVerdict, attachedTo = 'node-9') => {
    const [found] = rehearseLoss(view(volume('v', attachedTo)), [own], loss).volumes;
    return found === undefined ? 'untouched' : `${found.effect} ${String(found.goodBefore)}>${String(found.goodAfter)} of ${String(found.wanted)}`;
  };
  const node1: Loss = { nodes: ['node-1'] };

  it.each<[string, Loss, VolumeVerdict, string, string?]>([
    ['a node that has none of it', { nodes: ['node-4'] }, verdict('v', 'healthy', '1+ 2+ 3+'), 'untouched'], ['a node with one of three', node1, verdict('v', 'healthy', '1+ 2+ 3+'), 'degraded 3>2 of 3'], ['a node with one of two', node1, verdict('v', 'healthy', '1+ 2+', 2), 'last-copy 2>1 of 2'],
    ['two nodes', { nodes: ['node-1', 'node-2'] }, verdict('v', 'healthy', '1+ 2+ 3+'), 'last-copy 3>1 of 3'], ['all nodes', { nodes: ['node-1', 'node-2', 'node-3'] }, verdict('v', 'healthy', '1+ 2+ 3+'), 'lost 3>0 of 3'], ['the only copy of one', node1, verdict('v', 'healthy', '1+', 1), 'lost 1>0 of 1'],
    ['one of two copies of what wants one', node1, verdict('v', 'healthy', '1+ 2+', 1), 'degraded 2>1 of 1'], ['one of two copies of what does not say', node1, verdict('v', 'healthy', '1+ 2+', null), 'degraded 2>1 of null'],
    ['a copy that was not good', node1, verdict('v', 'degraded', '1- 2+ 3+'), 'untouched'], ['a copy that was not good, and the VM', node1, verdict('v', 'degraded', '1- 2+ 3+'), 'restarted 2>2 of 3', 'node-1'], ['the VM alone', node1, verdict('v', 'healthy', '2+ 3+', 2), 'restarted 2>2 of 2', 'node-1'], ['the VM and a copy', node1, verdict('v', 'healthy', '1+ 2+ 3+'), 'degraded 3>2 of 3', 'node-1'],
    ['what could not be verified', node1, verdict('v', 'unknown', '1+ 2+ 3+'), 'unknown 3>2 of 3'], ['what could not be verified, elsewhere', { nodes: ['node-4'] }, verdict('v', 'unknown', '1+'), 'untouched'], ['what could not be verified, and its VM', node1, verdict('v', 'unknown', '2+'), 'unknown 1>1 of 3', 'node-1'], ['no good copy before', node1, verdict('v', 'critical', '1- 2-'), 'untouched'],
    ['a disk', { disks: ['disk-2'] }, verdict('v', 'healthy', '1+ 2+ 3+'), 'degraded 3>2 of 3'], ['a disk elsewhere', { disks: ['disk-9'] }, verdict('v', 'healthy', '1+'), 'untouched'], ['a zone', { zone: 'b' }, verdict('v', 'healthy', '1+ 2+ 3+'), 'last-copy 3>1 of 3'], ['no zone', { zone: '' }, verdict('v', 'healthy', '1+'), 'untouched'], ['a zone and a node', { zone: 'a', nodes: ['node-2'] }, verdict('v', 'healthy', '1+ 2+ 3+'), 'last-copy 3>1 of 3']
  ])('%s', (_name, loss, own, told, attachedTo) => { expect(effect(loss, own, attachedTo)).toBe(told); });

  it('counts a copy out of reach as lost already', () => {
    const reach = (own: readonly RawObject[], status = {}) => rehearseLoss(rawCluster([...own, volume('v', 'node-9')], status), [verdict('v', 'stopped', '1+ 2+ 3+')], { nodes: ['node-1'] }).volumes[0];
    expect(reach([rawNode(1), rawNode(2, { conditions: nodeDown(2) }), rawNode(3)])).toMatchObject({ effect: 'last-copy', goodBefore: 2, goodAfter: 1 });
    expect(reach([rawNode(1), rawNode(2, { conditions: nodeDown(2, 'ManagerPodDown') }), rawNode(3)])).toMatchObject({ effect: 'degraded', goodBefore: 3 });
    expect(reach([rawNode(1), rawNode(2, { disk: null }), rawNode(3)])).toMatchObject({ goodBefore: 2 });
    expect(reach([rawNode(1), rawNode(3)])).toMatchObject({ goodBefore: 2 });
    expect(reach([rawNode(1), rawNode(3)], { status: { 'longhorn.io.node': 'stale' } })).toMatchObject({ goodBefore: 3, goodAfter: 2 });
  });
});

describe('what a loss does to all', () => {
  it('is told worst first, with the VMs that stop', () => {
    const all = [verdict('e', 'healthy', '2+ 3+', 2), verdict('d', 'healthy', '1+ 2+ 3+'), verdict('c', 'healthy', '1+ 2+', 2), verdict('b', 'unknown', '1+'), verdict('a', 'healthy', '1+', 1), verdict('f', 'healthy', '1+', 1), verdict('g', 'healthy', '1+ 2+ 3+ 4+', 4), verdict('h', 'healthy', '2+ 3+', 2)];
    const cluster = view(rawNode(4), ...all.map((own) => volume(own.volumeName, own.volumeName === 'e' ? 'node-1' : 'node-9')), ...claims('a', 'vm-2'), ...claims('f', 'vm-1'), ...claims('d', 'vm-3'), ...claims('c'));
    expect(rehearseLoss(cluster, all, { nodes: ['node-1'] })).toEqual({
      volumes: [
        { volumeName: 'a', effect: 'lost', goodBefore: 1, goodAfter: 0, wanted: 1, machines: ['erp/vm-2'] }, { volumeName: 'f', effect: 'lost', goodBefore: 1, goodAfter: 0, wanted: 1, machines: ['erp/vm-1'] }, { volumeName: 'b', effect: 'unknown', goodBefore: 1, goodAfter: 0, wanted: 3, machines: [] },
        { volumeName: 'c', effect: 'last-copy', goodBefore: 2, goodAfter: 1, wanted: 2, machines: [] }, { volumeName: 'd', effect: 'degraded', goodBefore: 3, goodAfter: 2, wanted: 3, machines: ['erp/vm-3'] }, { volumeName: 'g', effect: 'degraded', goodBefore: 4, goodAfter: 3, wanted: 4, machines: [] }, { volumeName: 'e', effect: 'restarted', goodBefore: 2, goodAfter: 2, wanted: 2, machines: [] }
      ],
      counts: counts({ lost: 2, unknown: 1, 'last-copy': 1, degraded: 2, restarted: 1, untouched: 1 }), stoppedMachines: ['erp/vm-1', 'erp/vm-2']
    });
  });
  it('is nothing where nothing is lost', () => {
    expect(rehearseLoss(view(), [verdict('a', 'healthy', '1+')], {})).toEqual({ volumes: [], counts: counts({ untouched: 1 }), stoppedMachines: [] });
  });
});

describe('draining', () => {
  const all = [verdict('single', 'healthy', '1+', 1), verdict('stopped', 'stopped', '1+', 1), verdict('three', 'healthy', '1+ 2+ 3+'), verdict('failed', 'degraded', '1- 2+ 3+'), verdict('elsewhere', 'healthy', '2+ 3+', 2)];
  const drain = (policy: string | null, verdicts = all, names = ['node-1']) => { const { isAllowed, blockers, policy: found } = rehearseDrain(view(...(policy === null ? [] : [rawSetting('node-drain-policy', policy)])), verdicts, names); return [isAllowed, blockers, found]; };

  it.each<[string | null, unknown]>([
    [null, [false, ['single', 'stopped'], 'block-if-contains-last-replica']], ['', [false, ['single', 'stopped'], 'block-if-contains-last-replica']], ['block-if-contains-last-replica', [false, ['single', 'stopped'], 'block-if-contains-last-replica']], ['allow-if-replica-is-stopped', [false, ['single'], 'allow-if-replica-is-stopped']],
    ['block-for-eviction', [false, ['single', 'stopped', 'three', 'failed'], 'block-for-eviction']], ['always-allow', [true, [], 'always-allow']]
  ])('by the policy %s', (policy, told) => { expect(drain(policy)).toEqual(told); });
  it('is allowed where nothing is lost, and not known where copies are not', () => {
    expect([drain(null, all, ['node-3'])[0], drain('allow-if-replica-is-stopped', [verdict('stopped', 'stopped', '1+', 1)])[0], drain('block-for-eviction', all, ['node-4'])[0]]).toEqual([true, true, true]);
    const doubtful = [verdict('doubtful', 'unknown', '1+')];
    expect([drain(null, doubtful)[0], drain('always-allow', doubtful)[0], drain('block-for-eviction', doubtful)[0], drain(null, [...doubtful, ...all])[0]]).toEqual([null, true, false, false]);
  });
  it('tells its nodes and its losses', () => {
    const rehearsal = rehearseDrain(view(), all, ['node-1', 'node-2']);
    expect(rehearsal.nodeNames).toEqual(['node-1', 'node-2']);
    expect(rehearsal.loss).toEqual(rehearseLoss(view(), all, { nodes: ['node-1', 'node-2'] }));
  });
  it('goes where it costs least first: nothing stops, nothing unknown, no last copy, nothing degraded, by name', () => {
    const order = (...verdicts: readonly VolumeVerdict[]) => orderDrains(view(), verdicts).map((each) => each.nodeName);
    expect(order()).toEqual(['node-1', 'node-2', 'node-3']);
    expect(order(verdict('a', 'healthy', '1+', 1), verdict('b', 'unknown', '2+'))).toEqual(['node-3', 'node-2', 'node-1']);
    expect(order(verdict('a', 'unknown', '1+'), verdict('b', 'healthy', '2+ 3+', 2))).toEqual(['node-2', 'node-3', 'node-1']);
    expect(order(verdict('a', 'healthy', '1+ 2+', 2), verdict('b', 'healthy', '1+ 2+ 3+'), verdict('c', 'healthy', '1+ 2+ 3+'))).toEqual(['node-3', 'node-1', 'node-2']);
    expect(orderDrains(view(), [verdict('a', 'healthy', '1+', 1)])[2]).toMatchObject({ nodeName: 'node-1', rehearsal: { isAllowed: false, blockers: ['a'] } });
  });
});
