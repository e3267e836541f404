import { describe, expect, it } from 'vitest';
import { DISK_OF_DOWN_NODE, GIB, nodeDown, rawCondition, rawInfrastructure, rawKubeNode, rawNode, rawSetting, withObjects, withoutObjects } from '../testing/raw-objects';
import { rawCluster } from '../testing/raw-cluster';
import type { RawObject } from '../kube/types';
import { countFit, explainPlacement } from './placement';
import type { PlacementRequest } from './placement-types';

const three = rawInfrastructure();
const request: PlacementRequest = { size: 10 * GIB, replicas: 3, engine: 'v2', nodeSelector: [], diskSelector: [] };
const explain = (world: readonly RawObject[], own: Partial<PlacementRequest> = {}) => explainPlacement(rawCluster(world), { ...request, ...own });
const codeOf = (world: readonly RawObject[], own: Partial<PlacementRequest> = {}) => explain(world, own).nodes.find((node) => node.nodeName === 'node-3')?.code;

describe('explainPlacement', () => {
  it('puts one replica on each of three nodes', () => {
    const result = explain(three);
    expect(result).toMatchObject({ isPlaceable: true, missing: 3, limitedBy: null });
    expect(new Set(result.chosen.map((place) => place.nodeName))).toEqual(new Set(['node-1', 'node-2', 'node-3']));
  });

  const full = rawNode(3, { disk: { status: { storageScheduled: 1020 * GIB } } });
  it.each<[string, readonly RawObject[], Partial<PlacementRequest>, string]>([
    ['node down', [rawNode(3, { conditions: nodeDown(3), disk: DISK_OF_DOWN_NODE })], {}, 'node-not-ready'],
    ['cordon', [rawNode(3, { conditions: [rawCondition('Ready', true), rawCondition('Schedulable', false, 'KubernetesNodeCordoned')] })], {}, 'node-cordoned'],
    ['scheduling off', [rawNode(3, { spec: { allowScheduling: false } })], {}, 'scheduling-off'],
    ['eviction', [rawNode(3, { spec: { allowScheduling: false, evictionRequested: true } })], {}, 'node-evicting'],
    ['label', [rawKubeNode(3, { metadata: { labels: { 'node.longhorn.io/disable-v2-data-engine': 'true' } } })], {}, 'label-disables-v2'],
    ['node tags', [], { nodeSelector: ['fast'] }, 'node-tags-missing'],
    ['disk tags', [], { diskSelector: ['nvme'] }, 'disk-tags-missing'],
    ['no block disk', [rawNode(3, { disk: { spec: { diskType: 'filesystem' } } })], {}, 'no-block-disk'],
    ['no disk at all', [rawNode(3, { disk: null })], {}, 'no-disk'],
    ['disk scheduling off', [rawNode(3, { disk: { spec: { allowScheduling: false } } })], {}, 'disk-scheduling-off'],
    ['disk evicting', [rawNode(3, { disk: { spec: { evictionRequested: true } } })], {}, 'disk-evicting'],
    ['disk pressure', [rawNode(3, { disk: { status: { conditions: [rawCondition('Ready', true), rawCondition('Schedulable', false, 'DiskPressure')] } } })], {}, 'disk-pressure'],
    ['promised out', [full], {}, 'insufficient-allocatable'],
    ['free space at the line', [rawNode(3, { disk: { status: { storageAvailable: 256 * GIB } } })], {}, 'insufficient-free'],
    ['disk not reported', [rawNode(3, { disk: { status: { storageAvailable: null, storageMaximum: null } } })], {}, 'disk-unread'],
    ['holds one', [], { existing: [{ nodeName: 'node-3', diskId: 'disk-3' }] }, 'holds-replica']
  ])('%s', (_name, changes, own, code) => expect(codeOf(withObjects(three, ...changes), own)).toBe(code));

  it('needs a running instance manager of the engine', () => {
    expect(codeOf(withoutObjects(three, 'InstanceManager', 'instance-manager-3'))).toBe('no-instance-manager');
  });

  it('counts exactly to the limit of over-provisioning, less what is reserved', () => {
    const disk = (scheduled: number, reserved: number) => rawNode(3, { disk: { spec: { storageReserved: reserved }, status: { storageScheduled: scheduled } } });
    expect(codeOf(withObjects(three, disk(1014 * GIB, 0)))).toBe('chosen');
    expect(codeOf(withObjects(three, disk(1014 * GIB + 1, 0)))).toBe('insufficient-allocatable');
    expect(codeOf(withObjects(three, disk(1014 * GIB, GIB)))).toBe('insufficient-allocatable');
    expect(codeOf(withObjects(three, disk(1500 * GIB, 0), rawSetting('storage-over-provisioning-percentage', '200')))).toBe('chosen');
  });

  it('reads settings per engine, and lets the volume override anti-affinity', () => {
    const two = rawInfrastructure(2);
    expect(explain(two)).toMatchObject({ isPlaceable: false, chosen: [{}, {}] });
    expect(explain([...two, rawSetting('replica-soft-anti-affinity', '{"v1":"false","v2":"true"}')]).isPlaceable).toBe(true);
    expect(explain(two, { nodeSoftAntiAffinity: 'enabled' }).isPlaceable).toBe(true);
    expect(explain([...two, rawSetting('replica-soft-anti-affinity', 'true')], { nodeSoftAntiAffinity: 'disabled' }).isPlaceable).toBe(false);
  });

  it('prefers an unused zone, and insists on it when zones are hard', () => {
    const zoned = [1, 2, 3].map((index) => rawNode(index, { status: { zone: index === 3 ? 'b' : 'a' } }));
    const world = withObjects(three, ...zoned);
    expect(explain(world, { replicas: 2 }).chosen.map((place) => place.nodeName)).toContain('node-3');
    expect(explain(world, { zoneSoftAntiAffinity: 'disabled' })).toMatchObject({ isPlaceable: false, chosen: [{}, {}] });
  });

  it('names the disk that limits', () => {
    expect(explain(withObjects(three, full)).limitedBy).toEqual({ nodeName: 'node-3', diskName: 'nvme0', code: 'insufficient-allocatable' });
  });

  it('promises nothing when nodes could not be read', () => {
    expect(explainPlacement(rawCluster([], { status: { 'longhorn.io.node': 'forbidden' } }), request).isPlaceable).toBeNull();
    expect(countFit(rawCluster([], { status: { 'longhorn.io.node': 'stale' } }), request)).toBeNull();
  });
});

describe('countFit', () => {
  it('counts whole volumes until the smallest disk is promised out', () => {
    // 1024 − 200 = 824 GiB left on each of three disks.
    expect(countFit(rawCluster(three), { ...request, size: 100 * GIB })).toBe(8);
    expect(countFit(rawCluster(three), { ...request, size: 100 * GIB, replicas: 1 })).toBe(24);
    expect(countFit(rawCluster(three), { ...request, size: 900 * GIB })).toBe(0);
    expect(countFit(rawCluster(three), { ...request, size: 1 }, 7)).toBe(7);
  });
});
