import { describe, expect, it } from 'vitest';
import { parseImage } from '../harvester/image';
import { parseStorageClass } from '../harvester/storage-class';
import { KIND } from '../kube/kinds';
import { GIB } from '../kube/sizes';
import type { RawObject } from '../kube/types';
import { rawCluster } from '../testing/raw-cluster';
import type { RawClusterOptions } from '../testing/raw-cluster';
import { Expected } from '../testing/told';
import { classifyStorageClass, engineOfClass, listBootClasses, refuseClass } from './classes';
import { CONVERTED_FROM_ANNOTATION, readConversion } from './conversion';
import type { ConversionWay } from './conversion';
import { forecastFit } from './fit';
import type { FitForecast, FitRequest } from './fit';
import { listHotplugCandidates } from './hotplug';
import { outlookMachineMigration, outlookMigration } from './migration';
import { labelDisk, listAioDisks, listBlockDisks, listDiskNodes, listEligibleNodes } from './nodes';
import { promiseSpace, readDisks, withDisks } from './promised-space';
import { judgeProtection } from './protection';
import { noteStanding } from './standstill';
import { parseDataVolume } from '../harvester/data-volume';
import { parseVirtualMachine } from '../harvester/virtual-machine';
import { NOW, rawClass, rawImage, rawNode, rawProfile, rawReadyCluster, rawSetting } from './testing/cluster';
import { tellClass } from './testing/told';

const NODES = ['node-1', 'node-2', 'node-3'];
const forbidden = (...kinds: string[]): RawClusterOptions => ({ status: Object.fromEntries(kinds.map(kind => [kind, 'forbidden'])) });
const without = (objects: readonly RawObject[], kind: string, name?: string) => objects.filter(object => object.kind !== kind || (name !== undefined && (object.metadata as { name: string }).name !== name));
const ready = (...more: RawObject[]) => [...rawReadyCluster(), ...more];
const annotated = (name: string, annotations: Record<string, string>, parameters: Record<string, string> = {}) => rawClass(name, parameters, { metadata: { name, annotations } });

describe('storage classes as homes of boot volumes, and all that is told of them', () => {
  const expected = new Expected(new URL('./testing/expected/classes.txt', import.meta.url));
  const cases: readonly (readonly [name: string, objects: readonly RawObject[], options?: RawClusterOptions])[] = [
    ['one that is ready', ready()],
    ['none', without(ready(), 'StorageClass')],
    ['nodes may not be read', ready(), forbidden('longhorn.io.node')],
    ['its profile may not be read', without(ready(rawClass('longhorn-v2', { migratable: 'false' })), 'StorageProfile')],
    ['its profile says nothing of modes', ready({ ...rawProfile('longhorn-v2'), status: { cloneStrategy: 'csi-clone' } })],
    ['its profile says nothing of clones, its annotation does', ready({ ...rawProfile('longhorn-v2'), status: {} }, annotated('longhorn-v2', { 'cdi.harvesterhci.io/storageProfileCloneStrategy': 'snapshot' }))],
    ['its profile and its annotation say nothing that is known', ready({ ...rawProfile('longhorn-v2'), status: {} }, annotated('longhorn-v2', { 'cdi.harvesterhci.io/storageProfileCloneStrategy': 'magic' }))],
    ['each warning by itself', without([...rawReadyCluster('v1.9.0'), rawClass('not-migratable', { migratable: 'false' }), rawClass('single', { numberOfReplicas: '1' }), rawClass('late', {}, { volumeBindingMode: 'WaitForFirstConsumer' }), rawClass('linked', { cloneMode: 'linked-clone' }), rawClass('fixed', {}, { allowVolumeExpansion: false }), rawClass('four', { numberOfReplicas: '4' }), rawClass('tagged', { nodeSelector: ' fast , ssd,', diskSelector: 'nvme' })], 'StorageProfile')],
    ['clones that this version cannot do', [...rawReadyCluster('v1.6.1'), rawProfile('longhorn-v2', 'csi-clone'), rawClass('other'), rawProfile('other', 'snapshot'), rawClass('third'), rawProfile('third', 'copy')]],
    ['clones of a version that nobody knows', [...without(ready(), 'Setting', 'server-version'), rawProfile('longhorn-v2', 'csi-clone')]],
    ['clones that may hang', [...rawReadyCluster('v1.9.0'), rawProfile('longhorn-v2', 'csi-clone'), ...rawNode({ name: 'node-3', diskType: 'filesystem' })]],
    ['replicas that are no number, none, or half a one', [rawClass('a', { numberOfReplicas: 'x' }), rawClass('b', { numberOfReplicas: '0' }), rawClass('c', { numberOfReplicas: '1.5' }), rawClass('d', { numberOfReplicas: '' })]],
    ['the best first: few warnings, many replicas, the default, the name', [...without(ready(), 'StorageClass'), rawClass('e-two', { numberOfReplicas: '2' }), rawClass('d-late', {}, { volumeBindingMode: 'WaitForFirstConsumer' }), annotated('c-default', { 'storageclass.kubernetes.io/is-default-class': 'true' }), rawClass('b'), rawClass('a-linked', { cloneMode: 'linked-clone' })]],
    ['none that may be recommended', [...without(ready(), 'StorageClass'), rawClass('linked', { cloneMode: 'linked-clone' })]],
    ['those that are refused', [...without(ready(), 'StorageClass'), { ...rawClass('z-local'), provisioner: 'rancher.io/local-path' }, rawClass('per-image', { backingImage: 'x', dataEngine: 'v1' }), rawClass('old', { dataEngine: 'v1' }), rawClass('longhorn-static'), rawClass('vmstate-persistence'), annotated('mine', { 'harvesterhci.io/is-reserved-storageclass': 'true' }), rawClass('sharded', { 'dataLayout.type': 'sharded' }), rawClass('sharded-2', { dataLayout: 'sharded' }), rawClass('secret', { encrypted: 'True' }), rawClass('going', {}, { metadata: { name: 'going', deletionTimestamp: '2026-08-20T09:59:00Z' } })]]
  ];

  for (const [name, objects, options] of cases) {
    it(name, () => {
      const { offered, refused } = listBootClasses(rawCluster(objects, options));
      const told = [...offered.map(tellClass), ...refused.map(tellClass)].join('\n');

      expect(told).toBe(expected.of(name, told));
    });
  }
  it('is no more than the file expects', () => { expect(expected.unused()).toEqual([]); });

  it('gives the gravest reason, and the engine', () => {
    const of = (parameters: Record<string, string>, own: RawObject = {}) => parseStorageClass({ ...rawClass('x', parameters), ...own });
    expect([refuseClass(of({ backingImage: 'x', encrypted: 'true' })), refuseClass(of({ dataEngine: 'v1', encrypted: 'true' })), refuseClass(of({ 'dataLayout.type': 'sharded', encrypted: 'true' })), refuseClass(of({ encrypted: 'false' })), refuseClass(of({ backingImage: '' }))]).toEqual(['per-image', 'engine-v1', 'sharded', null, null]);
    expect([engineOfClass(of({})), engineOfClass(of({ dataEngine: 'v1' })), engineOfClass(of({ dataEngine: '' })), engineOfClass(of({}, { provisioner: 'x' }))]).toEqual(['v2', 'v1', 'v1', null]);
    expect(classifyStorageClass(rawCluster([]), of({})).isRecommended).toBe(false);
  });
});

describe('nodes and disks for v2', () => {
  const changed = (own: Partial<Parameters<typeof rawNode>[0]>, more: RawObject = {}) => ready(...rawNode({ name: 'node-3', ...own }).map(object => (object.apiVersion === 'v1' ? { ...object, metadata: { ...object.metadata as object, ...more } } : object)));

  it.each<[string, readonly RawObject[]]>([
    ['cordoned', changed({ isCordoned: true })], ['not ready', changed({ isReady: false })], ['v2 off', changed({ labels: { 'node.longhorn.io/disable-v2-data-engine': 'true' } })], ['a witness', changed({ labels: { 'node-role.harvesterhci.io/witness': 'true' } })], ['being deleted', changed({}, { deletionTimestamp: '2026-08-20T09:59:00Z' })]
  ])('leave out one that is %s', (_why, objects) => { expect(listEligibleNodes(rawCluster(objects))).toEqual(['node-1', 'node-2']); });

  it('are all of them, or not known', () => {
    expect(listEligibleNodes(rawCluster(ready()))).toEqual(NODES);
    expect(listEligibleNodes(rawCluster(ready(), forbidden('node')))).toBeNull();
    expect(listEligibleNodes(rawCluster(ready(), { status: { node: 'stale' } }))).toEqual(NODES);
    expect([listDiskNodes(rawCluster(ready(), forbidden('node'))), listDiskNodes(rawCluster(ready(), forbidden('longhorn.io.node')))]).toEqual([null, null]);
  });
  it.each<[string, Partial<Parameters<typeof rawNode>[0]>, readonly string[]]>([
    ['full by promise', { scheduled: 1000 }, NODES], ['full', { available: 0 }, NODES], ['of another type', { diskType: 'filesystem' }, ['node-1', 'node-2']], ['cordoned', { isCordoned: true }, ['node-1', 'node-2']], ['without an instance manager', { hasManager: false }, NODES]
  ])('count a disk that is %s', (_what, own, names) => { expect(listDiskNodes(rawCluster(changed(own)))).toEqual(names); });
  it('count by tags', () => {
    expect(listDiskNodes(rawCluster(changed({ tags: ['nvme'] })), [], ['nvme'])).toEqual(['node-3']);
    expect(listDiskNodes(rawCluster(ready()), ['fast'])).toEqual([]);
  });
  it('and their disks', () => {
    const view = rawCluster(ready(...rawNode({ name: 'node-2', driver: 'aio' }), ...rawNode({ name: 'node-3', diskType: 'filesystem', driver: 'aio' })));
    expect(listBlockDisks(view).map(({ node, disk }) => [node, disk.name])).toEqual([['node-1', 'nvme0'], ['node-2', 'nvme0']]);
    expect(listAioDisks(view).map(({ node }) => node)).toEqual(['node-2']);
    expect([['/dev/sda', 'x'], ['/dev/disk/by-id/wwn-1', 'x'], ['/dev/disk/by-path/a/b', 'x'], ['0000:00:1f.0', 'x'], ['/x/dev/sda', 'x'], ['/dev/', 'x']].map(([path, name]) => labelDisk({ path: path ?? '', name: name ?? '' }))).toEqual(['sda', 'wwn-1', 'x', 'x', 'x', 'x']);
  });
});

describe('where a VM can run and migrate to', () => {
  const tell = (objects: readonly RawObject[], isMigratable = true, options: RawClusterOptions = {}) => { const { isKnown, nodes, verdict } = outlookMigration(rawCluster(objects, options), isMigratable); return `${isKnown ? '' : 'not known: '}${verdict}: ${nodes.map(node => `${node.name} ${node.canRun} ${node.code}`).join(', ')}`; };
  const node = (name: string, own: Partial<Parameters<typeof rawNode>[0]>) => rawNode({ name, ...own });

  it.each<[string, readonly RawObject[], boolean?, RawClusterOptions?]>([
    ['possible: node-1 yes has-disk, node-2 yes has-disk, node-3 yes has-disk', ready()], ['class: node-1 yes has-disk, node-2 yes has-disk, node-3 yes has-disk', ready(), false],
    ['possible: node-1 yes has-disk, node-2 yes no-disk, node-3 yes has-disk', ready(...node('node-2', { diskType: 'filesystem' }))], ['possible: node-1 yes no-disk, node-2 yes no-disk, node-3 yes no-disk', ready(), true, forbidden('longhorn.io.node')],
    ['nodes: node-1 no cordoned, node-2 no not-ready, node-3 yes has-disk', ready(...node('node-1', { isCordoned: true }), ...node('node-2', { isReady: false }))],
    ['nodes: node-1 no v2-off, node-2 no witness, node-3 yes has-disk', ready(...node('node-1', { labels: { 'node.longhorn.io/disable-v2-data-engine': 'true' } }), ...node('node-2', { labels: { 'node-role.harvesterhci.io/witness': 'true' } }))],
    ['possible: node-1 yes has-disk, node-2 yes has-disk, node-3 no no-manager', without(ready(), 'InstanceManager', 'instance-manager-node-3')],
    ['unknown: node-1 unknown unread, node-2 unknown unread, node-3 unknown unread', without(ready(), 'InstanceManager'), true, forbidden('longhorn.io.instancemanager')],
    ['nodes: node-1 unknown unread, node-2 no cordoned, node-3 no cordoned', without(ready(...node('node-2', { isCordoned: true }), ...node('node-3', { isCordoned: true })), 'InstanceManager'), true, forbidden('longhorn.io.instancemanager')],
    ['not known: unknown: ', ready(), true, forbidden('node')], ['not known: class: ', ready(), false, forbidden('node')]
  ])('%s', (told, objects, isMigratable, options) => { expect(tell(objects, isMigratable, options)).toBe(told); });

  it('is nowhere while a disk has no good replica', () => {
    const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'disk-0', namespace: 'erp' }, spec: { volumeName: 'pvc-1' }, status: { phase: 'Bound' } };
    const raw = (claims: readonly string[]) => ({ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: { name: 'vm', namespace: 'erp' }, spec: { template: { spec: { domain: { devices: { disks: claims.map(name => ({ name: `d-${name}`, disk: {} })) } }, volumes: claims.map(name => (name === '' ? { name: 'd-', containerDisk: {} } : { name: `d-${name}`, persistentVolumeClaim: { claimName: name } })) } } } });
    const volume = (robustness: string) => ({ apiVersion: 'longhorn.io/v1beta2', kind: 'Volume', metadata: { name: 'pvc-1', namespace: 'longhorn-system' }, spec: { dataEngine: 'v2' }, status: { state: 'attached', robustness, kubernetesStatus: { namespace: 'erp', pvcName: 'disk-0', pvName: 'pvc-1' } } });
    const ask = (claims: readonly string[], robustness: string) => outlookMachineMigration(rawCluster(ready(claim, volume(robustness))), parseVirtualMachine(raw(claims)), true);
    expect([ask(['disk-0'], 'faulted').verdict, ask(['', 'disk-0'], 'faulted').verdict, ask(['disk-0'], 'degraded').verdict, ask(['other'], 'faulted').verdict, ask([], 'faulted').verdict]).toEqual(['faulted', 'faulted', 'possible', 'possible', 'possible']);
    expect(ask(['disk-0'], 'faulted').nodes).toHaveLength(3);
  });
});

const vm = (name: string, ...claims: readonly string[]) => ({ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: { name, namespace: 'erp' }, spec: { template: { spec: { domain: { devices: { disks: claims.map(claim => ({ name: claim, disk: {} })) } }, volumes: claims.map(claim => ({ name: claim, persistentVolumeClaim: { claimName: claim } })) } } } });
const pvc = (name: string, own: { metadata?: RawObject; spec?: RawObject; status?: RawObject } = {}) => ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: 'erp', ...own.metadata }, spec: { volumeName: `pvc-${name}`, storageClassName: 'longhorn-v2', ...own.spec }, status: { phase: 'Bound', ...own.status } });
const pv = (name: string, error: string, attributes: Record<string, string> = {}) => ({ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: `pvc-${name}`, annotations: { 'longhorn.io/volume-scheduling-error': error } }, spec: { csi: { driver: 'driver.longhorn.io', volumeHandle: `pvc-${name}`, volumeAttributes: attributes } }, status: {} });

describe('what Harvester takes of a VM', () => {
  const tell = (version: string | null, disks: readonly string[], objects: readonly RawObject[]) => judgeProtection(rawCluster([...objects, ...(version === null ? [] : [rawSetting('server-version', version)])]), parseVirtualMachine(vm('vm', ...disks))).map(each => `${each.action} ${each.verdict} ${each.volumes.map(volume => `${volume.claimId}=${volume.volumeName}`).join(',')}`.trimEnd());
  const own = [rawClass('longhorn-v2'), pvc('a')];
  const fromCdi = [rawClass('longhorn-v2'), pvc('a', { metadata: { annotations: { 'cdi.kubevirt.io/createdForDataVolume': 'uid' } } })];
  const v2Volume = { apiVersion: 'longhorn.io/v1beta2', kind: 'Volume', metadata: { name: 'pvc-a', namespace: 'longhorn-system' }, spec: { dataEngine: 'v2' }, status: { kubernetesStatus: { namespace: 'erp', pvcName: 'a', pvName: 'pvc-a' } } };

  it.each<[string, string | null, readonly RawObject[], readonly string[]]>([
    ['1.5 refuses both', 'v1.5.2', own, ['snapshot refused erp/a=pvc-a', 'backup refused erp/a=pvc-a']], ['1.6 refuses both', 'v1.6.1', own, ['snapshot refused erp/a=pvc-a', 'backup refused erp/a=pvc-a']], ['1.8 takes both', 'v1.8.2', own, ['snapshot allowed erp/a=pvc-a', 'backup allowed erp/a=pvc-a']],
    ['1.9 refuses both', 'v1.9.0', own, ['snapshot refused erp/a=pvc-a', 'backup refused erp/a=pvc-a']], ['a version that nobody knows', null, own, ['snapshot unknown erp/a=pvc-a', 'backup unknown erp/a=pvc-a']],
    ['nothing of v1', 'v1.9.0', [rawClass('longhorn-v2', { dataEngine: 'v1' }), pvc('a')], []], ['nothing of another provisioner', 'v1.9.0', [{ ...rawClass('longhorn-v2'), provisioner: 'x' }, pvc('a')], []],
    ['what nobody can tell', 'v1.9.0', [pvc('a')], ['snapshot unknown', 'backup unknown']], ['what nobody can tell, without a claim', 'v1.9.0', [], ['snapshot unknown', 'backup unknown']],
    ['by the volume, before the class', 'v1.9.0', [v2Volume, rawClass('longhorn-v2', { dataEngine: 'v1' }), pvc('a')], ['snapshot refused erp/a=pvc-a', 'backup refused erp/a=pvc-a']], ['by the PV, before the class', 'v1.9.0', [pv('a', '', { dataEngine: 'v2' }), rawClass('longhorn-v2', { dataEngine: 'v1' }), pvc('a')], ['snapshot refused erp/a=pvc-a', 'backup refused erp/a=pvc-a']]
  ])('%s', (_name, version, objects, told) => { expect(tell(version, ['a'], objects)).toEqual(told); });
  it('hides the backup of what CDI made', () => {
    const made = parseVirtualMachine(vm('vm', 'a'));
    const verdicts = (objects: readonly RawObject[]) => judgeProtection(rawCluster([...objects, rawSetting('server-version', 'v1.8.2')]), made).map(each => each.verdict);
    expect(verdicts(own)).toEqual(['allowed', 'allowed']);
    expect(rawCluster(fromCdi).get(KIND.persistentVolumeClaim, 'erp/a')?.dataVolumeName).not.toBe('');
    expect(verdicts(fromCdi)).toEqual(['allowed', 'hidden']);
  });
  it('names each v2 disk of several, and none of what has no disk', () => {
    expect(tell('v1.9.0', ['a', 'b'], [...own, rawClass('old', { dataEngine: 'v1' }), pvc('b', { spec: { storageClassName: 'old' } })])).toEqual(['snapshot refused erp/a=pvc-a', 'backup refused erp/a=pvc-a']);
    expect(tell('v1.9.0', [], own)).toEqual([]);
  });
});

describe('what can be added to a running VM', () => {
  const list = (...objects: RawObject[]) => listHotplugCandidates(rawCluster(objects), parseVirtualMachine(vm('vm', 'root'))).map(({ claim, refusal, detail }) => `${claim.meta.name}: ${refusal ?? 'offered'} ${detail}`.trimEnd());

  it('is what nobody uses, well placed first', () => {
    expect(list(
      pvc('root'), pvc('z'), pvc('b'), pvc('elsewhere', { metadata: { namespace: 'other' } }), pvc('going', { metadata: { deletionTimestamp: '2026-08-20T09:59:00Z' } }), pvc('used'), vm('other', 'used'),
      pvc('image', { metadata: { annotations: { 'harvesterhci.io/imageId': 'default/x' } } }), pvc('pending', { status: { phase: 'Pending' } }), pvc('short'), pv('short', 'replica scheduling failed'), pvc('blocked'), pv('blocked', 'insufficient storage'), pvc('calm'), pv('calm', '')
    )).toEqual(['b: offered', 'calm: offered', 'short: offered', 'z: offered', 'blocked: scheduling-error insufficient storage', 'image: image-disk default/x', 'pending: not-bound Pending', 'used: attached other']);
  });
  it('is not what CDI or Harvester keep for themselves', () => {
    const view = rawCluster([pvc('prime-1'), pvc('golden', { metadata: { labels: { 'harvesterhci.io/imageDisplayName': 'x' } } })]);
    expect(listHotplugCandidates(view, parseVirtualMachine(vm('vm'))).every(({ claim }) => !claim.isTemporary && !claim.isGoldenImage)).toBe(true);
  });
});

describe('a conversion as the cluster shows it', () => {
  const image = parseImage(rawImage({ backend: 'backingimage' }, {}, { name: 'image-v1' }));
  const marked = (own: RawObject = {}, status: RawObject = {}, metadata: RawObject = {}) => rawImage(own, status, { name: 'image-new', annotations: { [CONVERTED_FROM_ANNOTATION]: 'default/image-v1' }, ...metadata });
  const temporary = (phase: string, metadata: RawObject = {}) => ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'convert-image-v1', namespace: 'default', annotations: { [CONVERTED_FROM_ANNOTATION]: 'default/image-v1' }, ...metadata }, spec: {}, status: { phase } });
  const exported = (own: RawObject = {}) => rawImage({ sourceType: 'export-from-volume', pvcName: 'convert-image-v1', pvcNamespace: 'default', url: '', ...own }, {}, { name: 'image-new' });
  const gone = { deletionTimestamp: '2026-08-20T09:59:00Z' };

  it.each<[string, string, readonly RawObject[], ConversionWay?]>([
    ['nothing yet', 'reimport idle', []], ['nothing yet, another way wished', 'export idle', [], 'export'],
    ['its volume is made', 'export volume default/convert-image-v1', [temporary('Pending')]], ['its volume is made, whatever was wished', 'export volume default/convert-image-v1', [temporary('Pending')], 'reimport'], ['its volume is ready', 'export export default/convert-image-v1', [temporary('Bound')]],
    ['its volume is being deleted', 'reimport idle clearing', [temporary('Bound', gone)]], ['a volume of another image', 'reimport idle', [temporary('Bound', { annotations: { [CONVERTED_FROM_ANNOTATION]: 'default/other' } })]],
    ['it is imported', 'reimport importing > default/image-new', [marked({}, { progress: 40 })]], ['it is imported, whatever was wished', 'reimport importing > default/image-new', [marked({}, { progress: 40 })], 'export'], ['it is ready', 'reimport done > default/image-new', [marked()]],
    ['it has failed', 'reimport failed > default/image-new', [marked({}, { progress: 0, failed: 4, conditions: [{ type: 'RetryLimitExceeded', status: 'True', message: 'x' }] })]],
    ['it is being deleted', 'reimport idle', [marked({}, {}, gone)]], ['a v1 image with the mark', 'reimport idle', [marked({ backend: 'backingimage' })]],
    ['it is exported and ready', 'export cleaning default/convert-image-v1 > default/image-new', [temporary('Bound'), exported()]], ['it is exported, its volume gone', 'export done > default/image-new', [exported()]],
    ['an export of another volume', 'reimport idle', [exported({ pvcName: 'other' })]], ['an export from another namespace', 'reimport idle', [exported({ pvcNamespace: 'other' })]], ['an upload that names the volume', 'reimport idle', [exported({ sourceType: 'upload' })]],
    ['an export of a volume under another name', 'export cleaning default/mine > default/image-new', [temporary('Bound', { name: 'mine' }), exported({ pvcName: 'mine' })]], ['the image itself', 'reimport idle', [rawImage({}, {}, { name: 'image-v1', annotations: { [CONVERTED_FROM_ANNOTATION]: 'default/image-v1' } })]]
  ])('%s', (_name, told, objects, way) => {
    const { way: found, stage, claimId, targetId, isClearing } = readConversion(rawCluster(objects), image, NOW, way);

    expect(`${found} ${stage} ${claimId}${targetId === '' ? '' : ` > ${targetId}`}${isClearing ? 'clearing' : ''}`.replace('  ', ' ').trimEnd()).toBe(told);
  });
});

describe('how far a data volume was when it was last seen to move', () => {
  const dv = (phase: string, progress: string) => parseDataVolume({ metadata: { name: 'a', namespace: 'b' }, status: { phase, progress } });
  it('is remembered until it moves', () => {
    const first = noteStanding(undefined, dv('ImportInProgress', '1.00%'), 5);
    expect(first).toEqual({ phase: 'ImportInProgress', progress: 1, since: 5 });
    expect(noteStanding(first, dv('ImportInProgress', '1.00%'), 9)).toBe(first);
    expect(noteStanding(first, dv('ImportInProgress', '1.01%'), 9)).toEqual({ phase: 'ImportInProgress', progress: 1.01, since: 9 });
    expect(noteStanding(first, dv('Succeeded', '1.00%'), 9)).toEqual({ phase: 'Succeeded', progress: 1, since: 9 });
  });
});

describe('space as if it were promised', () => {
  const view = rawCluster(ready());
  it('changes the disks that are named, and nothing else', () => {
    const disks = readDisks(view);
    const after = promiseSpace(disks, [{ nodeName: 'node-2', diskName: 'nvme0', diskId: '' }, { nodeName: 'node-2', diskName: 'nvme0', diskId: '' }, { nodeName: 'node-3', diskName: 'other', diskId: '' }, { nodeName: 'node-9', diskName: 'nvme0', diskId: '' }], 10 * GIB, 3 * GIB);
    const of = (name: string, map = after) => { const disk = map.get(`longhorn-system/${name}`)?.disks[0]; return [disk?.storageScheduled, disk?.storageAvailable]; };
    expect([of('node-1'), of('node-2'), of('node-3'), of('node-2', disks)]).toEqual([[0, 1000 * GIB], [20 * GIB, 994 * GIB], [0, 1000 * GIB], [0, 1000 * GIB]]);
    const unread = promiseSpace(new Map([['x', { ...disks.get('longhorn-system/node-1')!, disks: [{ ...disks.get('longhorn-system/node-1')!.disks[0]!, storageScheduled: null, storageAvailable: null }] }]]), [{ nodeName: 'node-1', diskName: 'nvme0', diskId: '' }], 5, 3).get('x')?.disks[0];
    expect([unread?.storageScheduled, unread?.storageAvailable]).toEqual([5, null]);
  });
  it('is a cluster in which all else is as it was', () => {
    const rich = rawCluster([...ready(rawImage()), vm('vm', 'a'), pvc('a'), { apiVersion: 'longhorn.io/v1beta2', kind: 'Volume', metadata: { name: 'pvc-a', namespace: 'longhorn-system' }, spec: { dataEngine: 'v2' }, status: { kubernetesStatus: { namespace: 'erp', pvcName: 'a', pvName: 'pvc-a' } } }, ...['Replica', 'Engine', 'EngineFrontend'].map(kind => ({ apiVersion: 'longhorn.io/v1beta2', kind, metadata: { name: kind.toLowerCase(), namespace: 'longhorn-system' }, spec: { volumeName: 'pvc-a', nodeID: 'node-1', diskID: 'uuid-node-1' }, status: {} })), { apiVersion: 'cdi.kubevirt.io/v1beta1', kind: 'DataVolume', metadata: { name: 'clone', namespace: 'erp' }, spec: { source: { pvc: { namespace: 'erp', name: 'a' } } }, status: {} }], { readAt: 7 });
    const other = withDisks(rich, promiseSpace(readDisks(rich), [{ nodeName: 'node-1', diskName: 'nvme0', diskId: '' }], 5, 5));
    const look = (on: typeof rich) => [on.readState(KIND.node), on.get(KIND.image, 'default/image-x7k2p'), [...on.all(KIND.node)], on.count(KIND.node), on.readAt(KIND.node, 'node-1'), on.replicasOfVolume('pvc-a'), on.enginesOfVolume('pvc-a'), on.frontendsOfVolume('pvc-a'), on.replicasOnNode('node-1'), on.instanceManagersOnNode('node-1'), on.diskByUuid('uuid-node-1'), on.claimOfVolume('pvc-a'), on.volumeOfClaim('erp/a'), on.machinesOfClaim('erp/a'), on.clonesOfClaim('erp/a')];
    for (const found of look(rich).slice(5)) expect(Array.isArray(found) ? found.length : found).toBeTruthy();
    expect(look(other)).toEqual(look(rich));
    expect([other.get(KIND.longhornNode, 'longhorn-system/node-1')?.disks[0]?.storageScheduled, [...other.all(KIND.longhornNode)].map(node => node.disks[0]?.storageScheduled)]).toEqual([5, [5, 0, 0]]);
  });
});

describe('whether it fits, and all that is told of it', () => {
  const expected = new Expected(new URL('./testing/expected/fit.txt', import.meta.url));
  const inGib = (bytes: number | null) => (bytes === null ? '?' : `${String(bytes / GIB)}G`);
  const tell = (fit: FitForecast) => [
    `${fit.isKnown ? 'known' : 'not known'}: image ${String(fit.isImagePlaceable)}, ${String(fit.machines)} VMs, ${fit.fitsInstances ? 'enough' : 'not enough'}, ${String(fit.missingReplicas)} replicas without a place, limited by ${fit.limitedBy === null ? 'nothing' : `${fit.limitedBy.nodeName} ${fit.limitedBy.label}`}${fit.alternative === null ? '' : `; with ${String(fit.alternative.replicas)}: ${String(fit.alternative.machines)}`}`,
    ...fit.disks.map(disk => `  ${disk.nodeName} ${disk.diskName} ${disk.label}: ${inGib(disk.scheduledBytes)} + ${inGib(disk.plannedBytes)} of ${inGib(disk.limitBytes)}, ${inGib(disk.leftBytes)} left${disk.isLimit ? ', the limit' : ''}${disk.isFull ? ', full' : ''}`),
    ...fit.hosts.map(host => `  more of ${inGib(fit.hostsSize)} on ${host.nodeName} ${host.label || '—'}: ${String(host.more)}, ${inGib(host.freeBytes)} free, ${host.code}`)
  ].join('\n');
  const three = { replicas: 3, nodeSelector: [], diskSelector: [] };
  const base: FitRequest = { bootClass: three, imageSize: 4 * GIB, machineSize: 40 * GIB, instances: 1 };
  const cases: readonly (readonly [name: string, objects: readonly RawObject[], own?: Partial<FitRequest>, options?: RawClusterOptions])[] = [
    ['one VM after its image', ready()],
    ['one VM of an image that exists', ready(), { imageSize: null }],
    ['ten VMs that are filled at once', ready(), { instances: 10, imageSize: null, contentSize: 30 * GIB }],
    ['more VMs than fit', ready(), { instances: 30 }],
    ['more VMs than fit, one disk smaller', ready(...rawNode({ name: 'node-2', maximum: 500 })), { instances: 30 }],
    ['as many VMs as fit', ready(), { instances: 24 }],
    ['VMs of half a GiB more', ready(), { machineSize: 40.5 * GIB, instances: 2 }],
    ['one copy each', ready(), { bootClass: { ...three, replicas: 1 }, instances: 2 }],
    ['no room for the image', ready(...rawNode({ name: 'node-2', scheduled: 997 }))],
    ['no room for the image with two copies either', ready(...['node-1', 'node-2'].flatMap(name => rawNode({ name, scheduled: 997 })))],
    ['a disk full of data', ready(...rawNode({ name: 'node-2', available: 200 })), { instances: 2 }],
    ['two hosts with disks', ready(...rawNode({ name: 'node-3', diskType: 'filesystem' })), { instances: 2 }],
    ['two hosts with disks, the image there', ready(...rawNode({ name: 'node-3', diskType: 'filesystem' })), { instances: 2, imageSize: null }],
    ['a cordoned host', ready(...rawNode({ name: 'node-3', isCordoned: true }))],
    ['a host that is down', ready(...rawNode({ name: 'node-3', isReady: false }))],
    ['a witness', ready(...rawNode({ name: 'node-4', labels: { 'node-role.harvesterhci.io/witness': 'true' }, diskType: 'filesystem' }))],
    ['disks with other tags', ready(...rawNode({ name: 'node-3', tags: ['slow'] })), { bootClass: { ...three, replicas: 1, diskSelector: ['slow'] } }],
    ['nodes may not be read', ready(), {}, forbidden('longhorn.io.node')],
    ['a replica of another volume that was placed just now', ready({ apiVersion: 'longhorn.io/v1beta2', kind: 'Volume', metadata: { name: 'pvc-9', namespace: 'longhorn-system' }, spec: { dataEngine: 'v2', size: String(100 * GIB) }, status: {} }, { apiVersion: 'longhorn.io/v1beta2', kind: 'Replica', metadata: { name: 'r9', namespace: 'longhorn-system' }, spec: { volumeName: 'pvc-9', nodeID: 'node-1', diskID: 'uuid-node-1' }, status: {} })]
  ];

  for (const [name, objects, own, options] of cases) {
    it(name, () => {
      const told = tell(forecastFit(rawCluster(objects, options), { ...base, ...own }));

      expect(told).toBe(expected.of(name, told));
    });
  }
  it('is no more than the file expects', () => { expect(expected.unused()).toEqual([]); });
});
