import { describe, expect, it } from 'vitest';
import type { RawObject } from '../kube/types';
import { rawCluster } from '../testing/raw-cluster';
import { ago, rawKubeNode, rawVolume } from '../testing/raw-objects';
import { rehearseUpgrade } from './rehearse-upgrade';

type Fields = Record<string, unknown>;
const nodes = (count: number) => Array.from({ length: count }, (_, index) => rawKubeNode(index + 1, { metadata: { labels: { 'kubernetes.io/hostname': `node-${String(index + 1)}`, disk: index === 0 ? 'fast' : 'slow', rank: String(index) } } }));
const volume = (name: string, replicas: number, state: string, robustness: string) => rawVolume({ spec: { numberOfReplicas: replicas }, status: { state, robustness, lastDegradedAt: robustness === 'degraded' ? ago(60) : '', kubernetesStatus: { namespace: 'erp', pvcName: `claim-of-${name}` } } }, name);
const machine = (name: string, spec: Fields): RawObject => ({ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachineInstance', metadata: { name, namespace: 'default' }, spec: { domain: { devices: {} }, ...spec }, status: { phase: 'Running', nodeName: 'node-1' } });
const server = (version: string): RawObject => ({ apiVersion: 'harvesterhci.io/v1beta1', kind: 'Setting', metadata: { name: 'server-version' }, value: version });
const refuse = (...objects: readonly RawObject[]) => rehearseUpgrade(rawCluster(objects));
const affinity = (...terms: readonly Fields[]) => ({ affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } } });
const on = (key: string, operator: string, ...values: readonly string[]) => ({ matchExpressions: [{ key, operator, values }] });

const ACTIVE = 'Following PVCs with active single-replica volume, please consider shutdown the corresponding workload before upgrade: ';
const ALL = 'Following PVCs with single-replica volume, even the volume is detached, upgrade may have potential data integrity concerns: ';
const TIED = 'There are non-live migratable VMs that need to be shut off before initiating the upgrade: ';

describe('degraded volumes', () => {
  it('are refused with three nodes or more', () => {
    const degraded = volume('b', 3, 'attached', 'degraded');
    expect(refuse(...nodes(3), degraded, volume('a', 3, 'attached', 'degraded'), volume('c', 3, 'attached', 'healthy'))).toEqual([
      { code: 'degraded-volumes', status: 400, message: 'there are degraded volumes, please check all volumes are healthy', volumes: ['a', 'b'], machines: [], skippedBy: '' }
    ]);
    expect(refuse(...nodes(2), degraded)).toEqual([]);
  });
  it('are those that Longhorn calls so: not the faulted, nor the stopped with a failed replica', () => {
    expect(refuse(...nodes(3), volume('a', 3, 'detached', 'faulted'), volume('b', 3, 'detached', 'unknown'))).toEqual([]);
  });
});

describe('volumes of one replica', () => {
  it.each(['creating', 'attaching', 'attached'])('are refused while in use: %s', (state) => {
    expect(refuse(...nodes(3), volume('a', 1, state, 'healthy'))).toEqual([{ code: 'single-replica-attached', status: 422, message: `${ACTIVE}erp/claim-of-a`, volumes: ['a'], machines: [], skippedBy: '' }]);
  });
  it.each(['detached', 'detaching', 'deleting', ''])('are refused, until it is waived, while "%s"', (state) => {
    expect(refuse(...nodes(3), volume('a', 1, state, 'unknown'))).toEqual([
      { code: 'single-replica-detached', status: 422, message: `${ALL}erp/claim-of-a`, volumes: ['a'], machines: [], skippedBy: 'harvesterhci.io/skipSingleReplicaDetachedVol' }
    ]);
  });
  it('are all named in the refusal that can be waived', () => {
    expect(refuse(...nodes(2), volume('a', 1, 'attached', 'healthy'), volume('b', 1, 'detached', 'unknown'), volume('c', 2, 'detached', 'unknown'))).toMatchObject([
      { code: 'single-replica-attached', message: `${ACTIVE}erp/claim-of-a`, volumes: ['a'] },
      { code: 'single-replica-detached', message: `${ALL}erp/claim-of-a, erp/claim-of-b`, volumes: ['b'] }
    ]);
  });
  it('are not looked at on a single node', () => expect(refuse(...nodes(1), server('v1.8.2'), volume('a', 1, 'attached', 'healthy'))).toEqual([]));
});

describe('VMs that cannot migrate', () => {
  it.each<[string, Fields]>([
    ['a node selector', { nodeSelector: { 'kubernetes.io/hostname': 'node-1' } }], ['a device of the host', { domain: { devices: { hostDevices: [{ name: 'gpu', deviceName: 'nvidia.com/x' }] } } }],
    ['affinity to their own node', affinity(on('kubernetes.io/hostname', 'In', 'node-1'))], ['affinity to a label that no other node has', affinity(on('disk', 'In', 'fast'))],
    ['affinity by name', affinity({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-1'] }] })], ['a term that asks for too much', affinity({ matchExpressions: [{ key: 'disk', operator: 'In', values: ['slow'] }, { key: 'gpu', operator: 'Exists' }] })],
    ['a label that only its own node has', affinity(on('own', 'Exists'))], ['a label that all have, and must not', affinity(on('disk', 'DoesNotExist'))], ['values that all have, and must not', affinity(on('disk', 'NotIn', 'fast', 'slow'))], ['a rank that only its own node is below', affinity(on('rank', 'Lt', '1'))], ['a rank exactly as low as it must be below', affinity(on('rank', 'Lt', '0'))],
    ['a rank exactly as high as it must be above', affinity(on('rank', 'Gt', '2'))], ['a rank above, of a label that nobody has', affinity(on('none', 'Gt', '-1'))], ['a rank below, of a label that nobody has', affinity(on('none', 'Lt', '9'))], ['another field', affinity({ matchFields: [{ key: 'metadata.uid', operator: 'In', values: ['node-2'] }] })],
    ['a term that asks for nothing: it fits nothing', affinity({})], ['a number too high', affinity(on('rank', 'Gt', '5'))], ['an operator of the future', affinity(on('rank', 'Near', '1'))]
  ])('are refused for %s', (_why, spec) => {
    expect(refuse(...nodes(3), server('v1.9.0'), machine('vm', spec))).toEqual([{ code: 'non-migratable-machines', status: 422, message: `${TIED}default/vm`, volumes: [], machines: ['default/vm'], skippedBy: '' }]);
  });
  it.each<[string, Fields]>([
    ['no ties', {}], ['affinity by name to another node', affinity({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-2'] }] })], ['a label that all have', affinity(on('disk', 'Exists'))], ['a value that must not be, of a label that nobody has', affinity(on('none', 'NotIn', 'fast'))], ['a rank that another node is below', affinity(on('rank', 'Lt', '2'))], ['affinity that another node meets', affinity(on('disk', 'In', 'slow'))], ['one of two terms met elsewhere', affinity(on('disk', 'In', 'fast'), on('rank', 'Lt', '2'))],
    ['a label that must not be', affinity(on('gpu', 'DoesNotExist'))], ['a value that must not be', affinity(on('disk', 'NotIn', 'fast'))], ['a rank', affinity(on('rank', 'Gt', '1'))]
  ])('are not, with %s', (_why, spec) => expect(refuse(...nodes(3), server('v1.9.0'), machine('vm', spec))).toEqual([]));

  it('count cordoned and witness nodes out', () => {
    const others = [rawKubeNode(2, { spec: { unschedulable: true } }), rawKubeNode(3, { metadata: { labels: { 'node-role.harvesterhci.io/witness': 'true' } } })];
    expect(refuse(rawKubeNode(1), ...others, server('v1.9.0'), machine('vm', {}))).toMatchObject([{ code: 'non-migratable-machines' }]);
  });
  it.each([['v1.5.2', 1], ['v1.7.3', 1], ['v1.8.0', 0]])('with a CD-ROM or container disk: Harvester %s', (version, count) => {
    expect(refuse(...nodes(3), server(version), machine('iso', { domain: { devices: { disks: [{ name: 'cd', cdrom: { bus: 'sata' } }] } } }))).toHaveLength(count);
    expect(refuse(...nodes(3), server(version), machine('tools', { volumes: [{ name: 'x', containerDisk: { image: 'virtio' } }] }))).toHaveLength(count);
  });
  it.each([['v1.5.2', 1], ['v1.6.0', 0]])('on a single node, Harvester %s', (version, count) => expect(refuse(...nodes(1), server(version), machine('vm', {}))).toHaveLength(count));
});

describe('what could not be read', () => {
  const all = [...nodes(3), volume('a', 3, 'attached', 'degraded')];
  it.each(['longhorn.io.volume', 'node'] as const)('%s: nothing is promised', (kind) => {
    for (const status of ['forbidden', 'stale', 'loading'] as const) expect(rehearseUpgrade(rawCluster(all, { status: { [kind]: status } }))).toBeNull();
  });
  it('VMs: what is known is said, and nothing is promised when that is nothing', () => {
    expect(rehearseUpgrade(rawCluster(all, { status: { 'kubevirt.io.virtualmachineinstance': 'forbidden' } }))).toMatchObject([{ code: 'degraded-volumes' }]);
    expect(rehearseUpgrade(rawCluster(nodes(3), { status: { 'kubevirt.io.virtualmachineinstance': 'forbidden' } }))).toBeNull();
  });
});
