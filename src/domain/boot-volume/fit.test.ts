import { describe, expect, it } from 'vitest';
import { GIB } from '../kube/sizes';
import { rawCluster } from '../testing/raw-cluster';
import { rawReplica, rawVolume } from '../testing/raw-objects';
import { forecastFit } from './fit';
import { rawNode } from './testing/cluster';

const bootClass = { replicas: 3, nodeSelector: [], diskSelector: [] };
const nodes = (...free: number[]) => rawCluster(free.flatMap((gib, index) => rawNode({ name: `node-${index + 1}`, maximum: 1000, scheduled: 1000 - gib })));

describe('forecastFit', () => {
  it('counts the machines after the image', () => {
    const fit = forecastFit(nodes(100, 100, 100), { bootClass, imageSize: 20 * GIB, machineSize: 40 * GIB, instances: 2 });

    expect(fit).toMatchObject({ isKnown: true, isImagePlaceable: true, machines: 2, fitsInstances: true, missingReplicas: 0 });
    expect(fit.disks.map(disk => disk.leftBytes / GIB)).toEqual([0, 0, 0]);
    expect(fit.disks.map(disk => disk.plannedBytes / GIB)).toEqual([100, 100, 100]);
  });

  it('names the disk that limits, and what one replica less would give', () => {
    const fit = forecastFit(nodes(800, 25, 800), { bootClass, imageSize: 20 * GIB, machineSize: 40 * GIB, instances: 1 });

    expect(fit).toMatchObject({ isImagePlaceable: true, machines: 0, fitsInstances: false, missingReplicas: 1 });
    expect(fit.limitedBy).toMatchObject({ nodeName: 'node-2', label: 'nvme0n1' });
    expect(fit.disks.filter(disk => disk.isLimit).map(disk => disk.nodeName)).toEqual(['node-2']);
    expect(fit.alternative).toEqual({ replicas: 2, machines: 19 });
  });

  it('says that the image does not fit, and then counts no machines', () => {
    const fit = forecastFit(nodes(100, 5, 100), { bootClass, imageSize: 20 * GIB, machineSize: GIB, instances: 1 });

    expect(fit).toMatchObject({ isImagePlaceable: false, machines: 0, missingReplicas: 1, fitsInstances: false });
  });

  it('rounds a machine up to whole GiB', () => {
    expect(forecastFit(nodes(10, 10, 10), { bootClass, imageSize: null, machineSize: 5 * GIB + 1, instances: 1 }).machines).toBe(1);
  });

  it('counts what other volumes have just been promised, but not as part of the plan', () => {
    const others = [1, 2, 3].map(index => rawReplica(index, { spec: { diskID: `uuid-node-${index}` }, status: { currentState: 'stopped' } }));
    const view = rawCluster([...[1, 2, 3].flatMap(index => rawNode({ name: `node-${index}`, maximum: 1000, scheduled: 900 })), rawVolume(), ...others]);
    const fit = forecastFit(view, { bootClass, imageSize: null, machineSize: 50 * GIB, instances: 1 });

    expect(fit.machines).toBe(1);
    expect(fit.disks.map(disk => disk.plannedBytes / GIB)).toEqual([50, 50, 50]);
    expect(fit.disks.map(disk => disk.leftBytes / GIB)).toEqual([40, 40, 40]);
  });

  it('counts what each machine\'s disk holds from the start against the space that is free', () => {
    const view = rawCluster([1, 2, 3].flatMap(index => rawNode({ name: `node-${index}`, maximum: 1000, scheduled: 0, available: 350 })));
    const machines = (contentSize: number) => forecastFit(view, { bootClass, imageSize: null, machineSize: 40 * GIB, contentSize, instances: 1 }).machines;

    expect(machines(0)).toBe(25);
    expect(machines(30 * GIB)).toBe(4);
  });

  it('calls no disk the limit that would take nothing however much room it had', () => {
    const tagged = { ...bootClass, diskSelector: ['fast'] };
    const view = rawCluster([...rawNode({ name: 'node-1', tags: ['fast'] }), ...rawNode({ name: 'node-2', tags: ['fast'] }), ...rawNode({ name: 'node-3' })]);
    const fit = forecastFit(view, { bootClass: tagged, imageSize: null, machineSize: GIB, instances: 1 });

    expect(fit).toMatchObject({ machines: 0, fitsInstances: false, missingReplicas: 1, limitedBy: null });
    expect(fit.hosts.map(host => [host.code, host.freeBytes])).toEqual([['ok', 1000 * GIB], ['ok', 1000 * GIB], ['disk-tags-missing', null]]);
  });

  it('says per host and disk how many more fit after the plan, or why none', () => {
    const view = rawCluster([
      ...rawNode({ name: 'node-1', maximum: 1000, scheduled: 700 }), ...rawNode({ name: 'node-2', maximum: 1000, scheduled: 930 }), ...rawNode({ name: 'node-3', maximum: 1000 }),
      ...rawNode({ name: 'node-4', labels: { 'node.longhorn.io/disable-v2-data-engine': 'true' } }), ...rawNode({ name: 'node-5', diskType: 'filesystem' }),
      ...rawNode({ name: 'node-6', hasManager: false }), ...rawNode({ name: 'node-7', isReady: false })
    ]);
    const { hosts, hostsSize } = forecastFit(view, { bootClass, imageSize: 20 * GIB, machineSize: 40 * GIB, instances: 1 });
    const rows = hosts.map(({ nodeName, label, freeBytes, more, code }) => [nodeName, label, freeBytes === null ? null : freeBytes / GIB, more, code]);

    expect(hostsSize).toBe(40 * GIB);
    expect(rows).toEqual([
      ['node-1', 'nvme0n1', 240, 6, 'ok'], ['node-2', 'nvme0n1', 10, 0, 'insufficient-allocatable'], ['node-3', 'nvme0n1', 940, 23, 'ok'],
      ['node-4', '', null, 0, 'label-disables-v2'], ['node-5', '', null, 0, 'no-block-disk'], ['node-6', '', null, 0, 'no-instance-manager'], ['node-7', '', null, 0, 'node-not-ready']
    ]);
  });

  it('says per host where the image finds room while the image itself does not fit', () => {
    const { hosts, hostsSize } = forecastFit(nodes(100, 5, 100), { bootClass, imageSize: 20 * GIB, machineSize: GIB, instances: 1 });

    expect(hostsSize).toBe(20 * GIB);
    expect(hosts.map(host => [host.nodeName, host.more])).toEqual([['node-1', 5], ['node-2', 0], ['node-3', 5]]);
  });

  it('leaves a host out per Kubernetes, whatever Longhorn still says of it', () => {
    const [kubeNode, ...others] = rawNode({ name: 'node-2', isCordoned: true });
    const view = rawCluster([...rawNode({ name: 'node-1' }), ...others, kubeNode!, ...rawNode({ name: 'node-3', labels: { 'node-role.harvesterhci.io/witness': 'true' } })]);
    const { hosts } = forecastFit(view, { bootClass: { ...bootClass, replicas: 1 }, imageSize: null, machineSize: GIB, instances: 1 });

    expect(hosts.map(host => [host.nodeName, host.code])).toEqual([['node-1', 'ok'], ['node-2', 'node-cordoned']]);
  });

  it('knows nothing without disks to read', () => {
    const view = rawCluster([], { status: { 'longhorn.io.node': 'forbidden' } });

    expect(forecastFit(view, { bootClass, imageSize: GIB, machineSize: GIB, instances: 1 })).toMatchObject({ isKnown: false, machines: 0, disks: [] });
  });
});
