import { beforeEach, describe, expect, it } from 'vitest';
import { createCluster } from '../cluster';
import type { HarvesterMinor, KubeObject } from '../contract';
import { PROFILES } from '../profiles';
import { Access } from '../steve/access';
import { conformance } from '../test-conformance';
import { createObject, deleteObject, patchObject, type Writer } from './write';

const HARVESTER = 'admission webhook "validator.harvesterhci.io" denied the request: ';
const LONGHORN = 'admission webhook "validator.longhorn.io" denied the request: ';
const IMAGE = 'harvesterhci.io.virtualmachineimage';
const CLASS = 'storage.k8s.io.storageclass';
const VM = 'kubevirt.io.virtualmachine';
const CLAIM = 'persistentvolumeclaim';

let writer: Writer;

function open(minor: HarvesterMinor): void {
  const cluster = createCluster({ profile: PROFILES[minor] });
  cluster.start([conformance]);
  writer = { cluster, access: new Access('admin', 'user-admin', cluster.store), dryRun: false };
  for (const name of ['default', 'longhorn-system']) cluster.store.create('namespace', { metadata: { name } });
  cluster.store.create('snapshot.storage.k8s.io.volumesnapshotclass', { metadata: { name: 'longhorn-snapshot' } });
  cluster.store.create(CLASS, { metadata: { name: 'longhorn-v2' }, provisioner: 'driver.longhorn.io', parameters: { dataEngine: 'v2' } });
}

beforeEach(() => { open('1.8'); });

function create(typeId: string, body: Record<string, unknown>): KubeObject {
  const type = writer.cluster.store.type(typeId);
  if (type === undefined) throw new Error(typeId);
  return createObject(writer, type, type.namespaced ? 'default' : undefined, body);
}

function patch(typeId: string, namespace: string | undefined, name: string, change: Record<string, unknown>): KubeObject {
  const type = writer.cluster.store.type(typeId);
  if (type === undefined) throw new Error(typeId);
  return patchObject(writer, type, namespace, name, change, 'merge');
}

function remove(typeId: string, namespace: string | undefined, name: string): void {
  const type = writer.cluster.store.type(typeId);
  if (type === undefined) throw new Error(typeId);
  deleteObject(writer, type, namespace, name);
}

function refusal(run: () => unknown): [number, string] {
  try {
    run();
  } catch (error) {
    const { status, message } = error as { status: number; message: string };
    return [status, message];
  }
  return [0, 'accepted'];
}

const image = (spec: Record<string, unknown>, metadata: Record<string, unknown> = {}): Record<string, unknown> =>
  ({ metadata: { generateName: 'image-', ...metadata }, spec: { displayName: 'jammy.img', sourceType: 'download', url: 'http://x/jammy.img', ...spec } });

describe('images', () => {
  it('mirrors the class between spec and annotation, labels, and fills defaults', () => {
    const fromSpec = create(IMAGE, image({ backend: 'cdi', targetStorageClassName: 'longhorn-v2' }));
    expect(fromSpec.metadata.annotations).toEqual({ 'harvesterhci.io/storageClassName': 'longhorn-v2' });
    expect(fromSpec.metadata.labels).toEqual({ 'harvesterhci.io/imageDisplayName': 'jammy.img' });
    expect(fromSpec.spec).toMatchObject({ retry: 3, checksum: '' });
    const fromAnnotation = create(IMAGE, image({ backend: 'cdi', displayName: 'b' }, { annotations: { 'harvesterhci.io/storageClassName': 'longhorn-v2' } }));
    expect(fromAnnotation.spec?.['targetStorageClassName']).toBe('longhorn-v2');
  });

  it('makes a v1 image of a v2 class without a word when the backend is missing', () => {
    const made = create(IMAGE, image({}, { annotations: { 'harvesterhci.io/storageClassName': 'longhorn-v2' } }));
    expect(made.spec).toMatchObject({ backend: 'backingimage', storageClassParameters: {} });
  });

  it.each([
    [{ displayName: '' }, 422, 'displayName is required'],
    [{ displayName: 'a b' }, 422, 'displayName is not a valid Kubernetes label value: a valid label must be'],
    [{ displayName: 'x'.repeat(64) }, 422, 'displayName is not a valid Kubernetes label value: must be no more than 63 characters'],
    [{ url: '' }, 422, 'url is required'],
    [{ url: 'nonsense' }, 422, 'url is invalid: parse "nonsense": invalid URI for request'],
    [{ sourceType: 'upload' }, 422, 'url should be empty when image source type is "upload"'],
    [{ sourceType: 'export-from-volume', url: '' }, 422, 'pvcNamespace is required when image source type is "export-from-volume"'],
    [{ sourceType: 'export-from-volume', url: '', pvcNamespace: 'default' }, 422, 'pvcName is required when image source type is "export-from-volume"'],
    [{ sourceType: 'export-from-volume', url: '', pvcNamespace: 'default', pvcName: 'c' }, 422, 'failed to get pvc c/default, error: persistentvolumeclaims "c" not found']
  ])('refuses %j', (spec, status, message) => {
    const [actual, text] = refusal(() => create(IMAGE, image({ backend: 'cdi', targetStorageClassName: 'longhorn-v2', ...spec })));
    expect(actual).toBe(status);
    expect(text.startsWith(HARVESTER + message), text).toBe(true);
  });

  it('refuses different classes in spec and annotation, a missing default class, a second of the same name, and unknown enums', () => {
    expect(refusal(() => create(IMAGE, image({ backend: 'cdi', targetStorageClassName: 'a' }, { annotations: { 'harvesterhci.io/storageClassName': 'b' } })))).toEqual([422, `${HARVESTER}storageClassName should keep the consistency`]);
    expect(refusal(() => create(IMAGE, image({ backend: 'cdi' })))).toEqual([422, 'admission webhook "mutator.harvesterhci.io" denied the request: missing default storage class']);
    create(IMAGE, image({ backend: 'cdi', targetStorageClassName: 'longhorn-v2' }));
    expect(refusal(() => create(IMAGE, image({ backend: 'cdi', targetStorageClassName: 'longhorn-v2' })))).toEqual([409, `${HARVESTER}A resource with the same name exists`]);
    expect(refusal(() => create(IMAGE, image({ displayName: 'c', backend: 'magic', targetStorageClassName: 'longhorn-v2', storageClassParameters: {} })))[1]).toContain('spec.backend: Unsupported value: "magic"');
  });

  it('lets nothing that matters be changed later', () => {
    const made = create(IMAGE, image({ backend: 'cdi', targetStorageClassName: 'longhorn-v2' }));
    const change = (spec: Record<string, unknown>): [number, string] => refusal(() => patch(IMAGE, 'default', made.metadata.name, { spec }));
    expect(change({ displayName: 'other' })).toEqual([422, `${HARVESTER}displayName cannot be modified`]);
    expect(change({ url: 'http://y' })).toEqual([422, `${HARVESTER}url cannot be modified`]);
    expect(change({ targetStorageClassName: 'other' })).toEqual([422, `${HARVESTER}storageClassName cannot be modified`]);
    expect(change({ description: 'fine' })).toEqual([0, 'accepted']);
  });

  it('is deleted freely when CDI made it, not while a backing image is in use', () => {
    const cdi = create(IMAGE, image({ backend: 'cdi', targetStorageClassName: 'longhorn-v2' }));
    const v1 = create(IMAGE, image({ displayName: 'v1' }, { annotations: { 'harvesterhci.io/storageClassName': 'longhorn-v2' } }));
    for (const used of [cdi, v1]) writer.cluster.store.create(CLAIM, { metadata: { name: `c-${used.metadata.name}`, namespace: 'default', annotations: { 'harvesterhci.io/imageId': `default/${used.metadata.name}` } } });
    expect(refusal(() => { remove(IMAGE, 'default', cdi.metadata.name); })).toEqual([0, 'accepted']);
    expect(refusal(() => { remove(IMAGE, 'default', v1.metadata.name); })).toEqual([422, `${HARVESTER}Cannot delete image default/v1: being used by volume default/c-${v1.metadata.name}`]);
  });
});

describe('storage classes', () => {
  const v2 = (extra: Record<string, unknown> = {}, annotations: Record<string, string> = {}): Record<string, unknown> =>
    ({ metadata: { name: 'new', annotations }, provisioner: 'driver.longhorn.io', parameters: { dataEngine: 'v2', ...extra } });

  it.each([['1.5', undefined], ['1.6', 'copy'], ['1.8', 'copy'], ['1.9', 'csi-clone']] as const)('%s annotates v2 classes with %s', (minor, strategy) => {
    open(minor);
    expect(create(CLASS, v2()).metadata.annotations?.['cdi.harvesterhci.io/storageProfileCloneStrategy']).toBe(strategy);
  });

  it('puts a removed annotation back, and keeps a chosen one', () => {
    create(CLASS, v2({}, { 'cdi.harvesterhci.io/storageProfileCloneStrategy': 'snapshot' }));
    const key = 'cdi.harvesterhci.io/storageProfileCloneStrategy';
    expect(writer.cluster.store.get(CLASS, 'new')?.metadata.annotations?.[key]).toBe('snapshot');
    expect(patch(CLASS, undefined, 'new', { metadata: { annotations: { [key]: null } } }).metadata.annotations?.[key]).toBe('copy');
  });

  it.each([
    [v2({ dataLocality: 'strict-local' }), 'storage class with strict-local data locality is not allowed'],
    [v2({}, { 'cdi.harvesterhci.io/storageProfileCloneStrategy': 'magic' }), 'invalid clone strategy magic in annotation cdi.harvesterhci.io/storageProfileCloneStrategy, valid values: copy, snapshot, csi-clone'],
    [v2({}, { 'cdi.harvesterhci.io/storageProfileVolumeSnapshotClass': 'none' }), 'snapshot class none in annotation cdi.harvesterhci.io/storageProfileVolumeSnapshotClass not found'],
    [v2({}, { 'cdi.harvesterhci.io/filesystemOverhead': '2' }), 'invalid filesystem overhead 2'],
    [{ metadata: { name: 'new', annotations: { 'cdi.harvesterhci.io/storageProfileCloneStrategy': 'copy' } }, provisioner: 'driver.longhorn.io', parameters: { dataEngine: 'v1' } }, 'longhorn v1 does not support CDI annotations'],
    [{ metadata: { name: 'new' }, provisioner: 'example.com/unknown' }, 'missing annotation cdi.harvesterhci.io/storageProfileVolumeModeAccessModes'],
    [v2({ encrypted: 'maybe' }), 'invalid value for `encrypted`']
  ])('refuses %j', (body, message) => {
    const [status, text] = refusal(() => create(CLASS, body));
    expect(status).toBe(422);
    expect(text.startsWith(HARVESTER + message), text).toBe(true);
  });

  it('allows one default, no change of parameters, and no deletion of what is reserved or used', () => {
    const mark = { 'storageclass.kubernetes.io/is-default-class': 'true' };
    create(CLASS, { ...v2({}, mark), metadata: { name: 'first', annotations: { ...mark, 'harvesterhci.io/is-reserved-storageclass': 'true' } } });
    expect(refusal(() => create(CLASS, v2({}, mark)))[1]).toBe(`${HARVESTER}default storage class first already exists, please reset it first before set new as default`);
    expect(refusal(() => patch(CLASS, undefined, 'first', { parameters: { numberOfReplicas: '1' } }))[1]).toBe('StorageClass.storage.k8s.io "first" is invalid: parameters: Forbidden: updates to parameters are forbidden.');
    expect(refusal(() => { remove(CLASS, undefined, 'first'); })[1]).toBe(`${HARVESTER}storage class first is reserved by Harvester and can't be deleted`);
    const made = create(IMAGE, image({ backend: 'cdi', targetStorageClassName: 'longhorn-v2' }));
    expect(refusal(() => { remove(CLASS, undefined, 'longhorn-v2'); })[1]).toBe(`${HARVESTER}storage class longhorn-v2 is used by virtual machine images: [default/${made.metadata.name}]`);
  });
});

describe('virtual machines and claims', () => {
  const vm = (templates: unknown, extra: Record<string, unknown> = {}): Record<string, unknown> => ({
    metadata: { name: 'vm1', annotations: { 'harvesterhci.io/volumeClaimTemplates': typeof templates === 'string' ? templates : JSON.stringify(templates) } },
    spec: { template: { spec: { volumes: [{ name: 'disk-0', persistentVolumeClaim: { claimName: 'root' } }], domain: { resources: { limits: { cpu: '2', memory: '4Gi' } }, devices: {} }, ...extra } } }
  });
  const template = { metadata: { name: 'root', annotations: { 'harvesterhci.io/imageId': 'default/i' } }, spec: { storageClassName: 'longhorn-v2', resources: { requests: { storage: '10Gi' } } } };

  it('fills requests and guest memory from the limits', () => {
    expect(create(VM, vm([template])).spec?.['template'].spec.domain).toMatchObject({ memory: { guest: '3996Mi' }, resources: { requests: { cpu: '125m', memory: '2730Mi' } } });
  });

  it('refuses templates without a name, of no class, and limits without memory', () => {
    expect(refusal(() => create(VM, vm([{ spec: {} }])))).toEqual([422, `${HARVESTER}the volumeClaimTemplates annotaion is invalid: PVC name is required`]);
    expect(refusal(() => create(VM, vm('nonsense')))[1]).toContain('the volumeClaimTemplates annotaion is invalid');
    expect(refusal(() => create(VM, vm([{ ...template, spec: { ...template.spec, storageClassName: 'none' } }])))).toEqual([500, `${HARVESTER}failed to get storage class none: storageclasses.storage.k8s.io "none" not found`]);
    expect(refusal(() => create(VM, vm([template], { domain: { resources: {} } })))).toEqual([422, `${HARVESTER}either memory.guest or resources.limits.memory must be set`]);
  });

  it('keeps golden images out of machines, classes fixed, and sizes from shrinking', () => {
    writer.cluster.store.create(CLAIM, { metadata: { name: 'root', namespace: 'default', annotations: { 'harvesterhci.io/goldenImage': 'true' } }, spec: {} });
    expect(refusal(() => create(VM, vm([])))[1]).toBe(`${HARVESTER}PVC default/root is a golden image, it can't be used as a volume in VM`);
    writer.cluster.store.remove(CLAIM, 'default/root');
    create(VM, vm([template]));
    const change = (spec: Record<string, unknown>): [number, string] => refusal(() => patch(VM, 'default', 'vm1', { metadata: { annotations: { 'harvesterhci.io/volumeClaimTemplates': JSON.stringify([{ ...template, spec: { ...template.spec, ...spec } }]) } } }));
    writer.cluster.store.create(CLASS, { metadata: { name: 'other' }, provisioner: 'driver.longhorn.io' });
    expect(change({ storageClassName: 'other' })[1]).toContain('storage class names for the volumes in the harvesterhci.io/volumeClaimTemplates annotation cannot be changed;');
    expect(change({ resources: { requests: { storage: '5Gi' } } })[1]).toBe(`${HARVESTER}root PVC requests storage can't be less than previous value`);
    expect(change({ resources: { requests: { storage: '20Gi' } } })).toEqual([0, 'accepted']);
  });

  it('guards claims in use, golden claims, and data volumes', () => {
    create(VM, vm([template]));
    const claim = { metadata: { name: 'root' }, spec: { accessModes: ['ReadWriteMany'], volumeMode: 'Block', storageClassName: 'longhorn-v2', resources: { requests: { storage: '10Gi' } } } };
    create(CLAIM, claim);
    expect(refusal(() => { remove(CLAIM, 'default', 'root'); })).toEqual([409, `${HARVESTER}can not delete the volume root which is currently attached to VM: default/vm1`]);
    writer.cluster.store.create('cdi.kubevirt.io.datavolume', { metadata: { name: 'root', namespace: 'default' }, spec: {} });
    expect(refusal(() => { remove('cdi.kubevirt.io.datavolume', 'default', 'root'); })).toEqual([422, `${HARVESTER}can not delete DataVolume default/root which is attached to VM default/vm1`]);
    const golden = create(IMAGE, image({ backend: 'cdi', targetStorageClassName: 'longhorn-v2' }));
    expect(create(CLAIM, { ...claim, metadata: { name: golden.metadata.name } }).metadata.annotations).toEqual({ 'harvesterhci.io/goldenImage': 'true' });
    expect(refusal(() => { remove(CLAIM, 'default', golden.metadata.name); })[1]).toBe(`${HARVESTER}can not delete golden image PVC`);
    expect(refusal(() => create(CLAIM, { ...claim, metadata: { name: 'x' }, spec: { ...claim.spec, storageClassName: 'longhorn-static' } }))[1]).toBe(`${HARVESTER}can not create volume with the reserved storage class longhorn-static`);
  });

  it.each([['1.5', 'provisioner v2.driver.longhorn.io is not supported for type snapshot'], ['1.7', 'accepted'], ['1.9', 'vm default/vm1 contains Longhorn v2 volume pvc-1 from PVC default/root, which does not support VM backup']] as const)('backups of v2 machines on %s: %s', (minor, message) => {
    open(minor);
    create(VM, vm([template]));
    writer.cluster.store.create(CLAIM, { metadata: { name: 'root', namespace: 'default' }, spec: { volumeName: 'pvc-1' } });
    writer.cluster.store.create('persistentvolume', { metadata: { name: 'pvc-1' }, spec: { csi: { volumeAttributes: { dataEngine: 'v2' } } } });
    const [, text] = refusal(() => create('harvesterhci.io.virtualmachinebackup', { metadata: { name: 'b' }, spec: { type: 'snapshot', source: { apiGroup: 'kubevirt.io', kind: 'VirtualMachine', name: 'vm1' } } }));
    expect(text.replace(HARVESTER, '')).toBe(message);
  });
});

describe('settings and Longhorn', () => {
  const namespace = 'longhorn-system';

  it('keeps the v2 engine on while disks or volumes need it', () => {
    const { store } = writer.cluster;
    store.create('harvesterhci.io.setting', { metadata: { name: 'longhorn-v2-data-engine-enabled' }, value: 'true', default: 'false' });
    store.create('longhorn.io.node', { metadata: { name: 'n1', namespace }, spec: { disks: { d: { diskType: 'block', path: '/dev/vdb' } } }, status: { diskStatus: { d: { diskUUID: 'u-1' } } } });
    expect(refusal(() => patch('harvesterhci.io.setting', undefined, 'longhorn-v2-data-engine-enabled', { value: 'false' }))[1]).toBe(`${HARVESTER}Can't disable Longhorn V2 Data Engine, disk u-1 is still here.`);
    store.create('longhorn.io.setting', { metadata: { name: 'v2-data-engine', namespace }, value: 'true' });
    store.create('longhorn.io.volume', { metadata: { name: 'v', namespace }, spec: { dataEngine: 'v2' }, status: { state: 'attached' } });
    expect(refusal(() => patch('longhorn.io.setting', namespace, 'v2-data-engine', { value: 'false' }))).toEqual([403, `${LONGHORN}cannot apply v2-data-engine setting to Longhorn workloads when there are attached v2 volumes`]);
    store.create('harvesterhci.io.setting', { metadata: { name: 'longhorn-v2-data-engine-memory-size' }, value: '2048', default: '2048' });
    expect(refusal(() => patch('harvesterhci.io.setting', undefined, 'longhorn-v2-data-engine-memory-size', { value: '3' }))[1]).toContain('longhorn-v2-data-engine-memory-size must be evenly divisible by two');
  });

  it('keeps the last available replica, with upstream\'s holes', () => {
    const { store } = writer.cluster;
    store.create('longhorn.io.volume', { metadata: { name: 'v', namespace }, spec: { dataEngine: 'v2' } });
    for (const [name, failedAt] of [['r1', ''], ['r2', '2026-01-01T00:00:00Z']] as const) {
      store.create('longhorn.io.replica', { metadata: { name, namespace, labels: { longhornvolume: 'v' } }, spec: { volumeName: 'v', failedAt, healthyAt: '2025-01-01T00:00:00Z' } });
    }
    expect(refusal(() => { remove('longhorn.io.replica', namespace, 'r1'); })).toEqual([422, `${LONGHORN}no other healthy replica available for volume v, cannot delete replica r1 since it may still contain data for recovery`]);
    store.edit('longhorn.io.replica', `${namespace}/r1`, (draft) => { if (draft.spec) draft.spec['failedAt'] = '2026-01-01T00:00:00Z'; });
    expect(refusal(() => { remove('longhorn.io.replica', namespace, 'r1'); })).toEqual([0, 'accepted']);
  });

  it('checks volumes and nodes as Longhorn does', () => {
    const { store } = writer.cluster;
    store.create('longhorn.io.volume', { metadata: { name: 'v', namespace }, spec: { dataEngine: 'v2', numberOfReplicas: 3, size: '100' } });
    const volume = (spec: Record<string, unknown>): string => refusal(() => patch('longhorn.io.volume', namespace, 'v', { spec }))[1].replace(LONGHORN, '');
    expect(volume({ numberOfReplicas: 0 })).toBe('replica count value 0 must between 1 to 20');
    expect(volume({ size: '50' })).toBe('shrinking volume v size from 100 to 50 is not supported');
    expect(volume({ dataEngine: 'v1' })).toBe('changing data engine for volume v is not supported');
    expect(volume({ numberOfReplicas: 2 })).toBe('accepted');
    store.create('longhorn.io.node', { metadata: { name: 'n1', namespace }, spec: { allowScheduling: true, disks: { d: { diskType: 'block', path: '/dev/vdb', allowScheduling: true } } }, status: { diskStatus: { d: { storageMaximum: 100, scheduledReplica: { r: 1 } } } } });
    const node = (spec: Record<string, unknown>): string => refusal(() => patch('longhorn.io.node', namespace, 'n1', { spec }))[1].replace(LONGHORN, '');
    expect(node({ evictionRequested: true })).toContain('need to disable scheduling on node n1 for node eviction');
    expect(node({ disks: { d: { evictionRequested: true } } })).toContain('need to disable scheduling on disk d for disk eviction');
    expect(node({ disks: { d: null } })).toBe('Delete Disk on node n1 error: Please disable the disk d and remove all replicas and backing images first ');
    expect(node({ disks: { d: { diskType: 'filesystem' } } })).toContain('type is not allow to change');
    expect(node({ allowScheduling: false, evictionRequested: true })).toBe('accepted');
  });

  it('refuses an upgrade while volumes are degraded', () => {
    const { store } = writer.cluster;
    for (const name of ['n1', 'n2', 'n3']) store.create('node', { metadata: { name } });
    store.create('longhorn.io.volume', { metadata: { name: 'v', namespace }, spec: {}, status: { robustness: 'degraded' } });
    expect(refusal(() => create('harvesterhci.io.upgrade', { metadata: { generateName: 'hvst-upgrade-' }, spec: {} }))).toEqual([400, `${HARVESTER}there are degraded volumes, please check all volumes are healthy`]);
  });
});
