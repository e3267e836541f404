import { describe, expect, it } from 'vitest';
import { parseDataVolume } from './data-volume';
import { isImageReady, isIsoImage, parseImage, provenSizes } from './image';
import { parseKubeNode } from './kube-node';
import { parsePersistentVolume } from './persistent-volume';
import { parsePersistentVolumeClaim } from './persistent-volume-claim';
import { parseStorageProfile } from './storage-profile';
import { defaultCloneStrategy, parseVersion, supports } from './version';
import { findBootDisk, parseVirtualMachine } from './virtual-machine';

const AT = '2026-08-20T10:00:00Z';
const GIB = 2 ** 30;

describe('a Kubernetes node', () => {
  const node = (metadata: object, spec: object = {}, status: object = {}) => parseKubeNode({ metadata: { name: 'node-1', ...metadata }, spec, status });

  it('is cordoned by its flag or by the taint of a cordon, not by any other', () => {
    expect(node({}, { unschedulable: true }).isCordoned).toBe(true);
    expect(node({}, { taints: [{ key: 'other' }, { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] }).isCordoned).toBe(true);
    expect(node({}, { taints: [{ key: 'node-role.kubernetes.io/control-plane' }] }).isCordoned).toBe(false);
    expect(node({}).isCordoned).toBe(false);
  });

  it('has a zone by its label, or none', () => {
    expect(node({ labels: { 'topology.kubernetes.io/zone': 'rack-2' } }).zone).toBe('rack-2');
    expect(node({}).zone).toBe('');
  });

  it('is a witness by the presence of its label, unless that says false', () => {
    const witness = (value: string) => node({ labels: { 'node-role.harvesterhci.io/witness': value } }).isWitness;
    expect([witness('true'), witness(''), witness('false'), node({}).isWitness]).toEqual([true, true, false, false]);
  });

  it('keeps v2 off by the label\'s value "true" alone', () => {
    const isV2Disabled = (value: string) => node({ labels: { 'node.longhorn.io/disable-v2-data-engine': value } }).isV2Disabled;
    expect([isV2Disabled('true'), isV2Disabled('false'), isV2Disabled('')]).toEqual([true, false, false]);
  });

  it('is ready only by its own word', () => {
    const isReady = (status: string) => node({}, {}, { conditions: [{ type: 'Ready', status }] }).isReady;
    expect([isReady('True'), isReady('False'), isReady('Unknown')]).toEqual([true, false, false]);
  });
});

describe('a persistent volume', () => {
  it('has no scheduling error when the annotation is empty or missing', () => {
    expect(parsePersistentVolume({ metadata: { name: 'pvc-1', annotations: { 'longhorn.io/volume-scheduling-error': '' } } }).schedulingError).toBe('');
    expect(parsePersistentVolume({ metadata: { name: 'pvc-1' } }).schedulingError).toBe('');
  });
  it('keeps what it is bound to', () => {
    expect(parsePersistentVolume({
      metadata: { name: 'pvc-1' }, status: { phase: 'Bound' },
      spec: { storageClassName: 'longhorn-v2', csi: { driver: 'driver.longhorn.io', volumeHandle: 'pvc-1', volumeAttributes: { dataEngine: 'v2' } }, claimRef: { namespace: 'default', name: 'c' } }
    })).toMatchObject({ phase: 'Bound', driver: 'driver.longhorn.io', volumeHandle: 'pvc-1', storageClassName: 'longhorn-v2', claimNamespace: 'default', claimName: 'c', dataEngine: 'v2' });
  });
});

describe('a claim', () => {
  it('keeps sizes, modes and what it is for', () => {
    expect(parsePersistentVolumeClaim({
      metadata: { name: 'vm-disk-0', namespace: 'default', annotations: { 'harvesterhci.io/imageId': 'default/image-1' } }, links: { update: 'u', remove: 'r' },
      spec: { volumeName: 'pvc-1', storageClassName: 'longhorn-v2', accessModes: ['ReadWriteMany'], volumeMode: 'Block', resources: { requests: { storage: '40Gi' } } },
      status: { phase: 'Bound', capacity: { storage: '41Gi' } }
    })).toMatchObject({
      phase: 'Bound', volumeName: 'pvc-1', storageClassName: 'longhorn-v2', accessModes: ['ReadWriteMany'], volumeMode: 'Block', requested: 40 * GIB, capacity: 41 * GIB,
      imageId: 'default/image-1', isGoldenImage: false, isTemporary: false, dataVolumeName: '', canUpdate: true
    });
  });
  it('is a filesystem unless it says otherwise, as Kubernetes has it', () => {
    expect(parsePersistentVolumeClaim({ metadata: { name: 'c' } })).toMatchObject({ volumeMode: 'Filesystem', imageId: '', isTemporary: false });
  });
  it('is a person\'s own when its name only begins like a temporary one, or only ends so', () => {
    const isTemporary = (name: string) => parsePersistentVolumeClaim({ metadata: { name } }).isTemporary;
    expect(['prime-9f1c2d3e-1111-2222-3333-444455556666-of-mine', 'my-prime-9f1c2d3e-1111', 'prime-9f1c2d3-1111', 'tmp-pvc-notes'].map(isTemporary)).toEqual([false, false, false, false]);
  });
  it.each(['VolumeImportSource', 'VolumeCloneSource', 'VolumeUploadSource'])('is temporary when a %s fills it', (kind) => {
    expect(parsePersistentVolumeClaim({ metadata: { name: 'c', annotations: { 'cdi.kubevirt.io/storage.populator.kind': kind } } }).isTemporary).toBe(true);
  });
});

describe('a virtual machine', () => {
  const machine = (disks: unknown[], volumes: unknown[], annotations: Record<string, string> = {}) => parseVirtualMachine({
    metadata: { name: 'vm1', namespace: 'default', annotations }, spec: { runStrategy: 'Always', template: { spec: { domain: { devices: { disks } }, volumes } } }, status: { printableStatus: 'Starting' }
  });

  it('keeps how it is to run and how it does', () => {
    expect(machine([], [])).toMatchObject({ runStrategy: 'Always', printableStatus: 'Starting', isReady: false, disks: [], claimTemplates: [] });
  });
  it('knows disks, CD-ROMs and LUNs, and nothing else', () => {
    expect(machine([{ name: 'a', disk: { bus: 'virtio' } }, { name: 'b', cdrom: { bus: 'sata' } }, { name: 'c', lun: { bus: 'scsi' } }, { name: 'd', floppy: {} }], []).disks.map(({ type, bus }) => [type, bus]))
      .toEqual([['disk', 'virtio'], ['cdrom', 'sata'], ['lun', 'scsi'], ['unknown', '']]);
  });
  it('reads a disk as hot-plugged from a claim or from a data volume', () => {
    const { disks } = machine(['a', 'b', 'c', 'd'].map((name) => ({ name, disk: {} })), [
      { name: 'a', persistentVolumeClaim: { claimName: 'ca', hotpluggable: true } }, { name: 'b', dataVolume: { name: 'cb', hotpluggable: true } }, { name: 'c', dataVolume: { name: 'cc' } }
    ]);
    expect(disks.map(({ claimName, isHotplugged }) => [claimName, isHotplugged])).toEqual([['ca', true], ['cb', true], ['cc', false], ['', false]]);
  });
  it('has no claim templates when the annotation is not a list', () => {
    for (const text of ['', '{', '7', '{"a":1}']) expect(machine([], [], { 'harvesterhci.io/volumeClaimTemplates': text }).claimTemplates).toEqual([]);
  });

  const volume = (name: string) => ({ name, persistentVolumeClaim: { claimName: `claim-${name}` } });
  const bootOf = (...disks: readonly Readonly<Record<string, unknown>>[]) => findBootDisk(machine([...disks], disks.map(({ name }) => volume(String(name)))))?.name;

  it('boots from the first disk when none has an order, or two have the same', () => {
    expect(bootOf({ name: 'a', disk: {} }, { name: 'b', disk: {} })).toBe('a');
    expect(bootOf({ name: 'a', disk: {}, bootOrder: 1 }, { name: 'b', disk: {}, bootOrder: 1 })).toBe('a');
  });
  it('boots from an ordered disk before one without order, wherever it stands', () => {
    expect(bootOf({ name: 'a', disk: {} }, { name: 'b', disk: {}, bootOrder: 3 })).toBe('b');
    expect(bootOf({ name: 'a', disk: {}, bootOrder: 3 }, { name: 'b', disk: {} })).toBe('a');
  });
  it('boots from a CD-ROM only when there is no disk', () => {
    expect(bootOf({ name: 'cd', cdrom: {}, bootOrder: 1 }, { name: 'a', disk: {} })).toBe('a');
    expect(bootOf({ name: 'cd', cdrom: {} })).toBe('cd');
  });
});

describe('a data volume', () => {
  it.each([
    ['http', { http: { url: 'https://x/a.img' } }, { type: 'http', namespace: '', name: '', url: 'https://x/a.img' }],
    ['snapshot', { snapshot: { name: 's' } }, { type: 'snapshot', namespace: 'default', name: 's', url: '' }],
    ['snapshot of another namespace', { snapshot: { name: 's', namespace: 'images' } }, { type: 'snapshot', namespace: 'images', name: 's', url: '' }],
    ['upload', { upload: {} }, { type: 'upload', namespace: '', name: '', url: '' }],
    ['registry', { registry: { url: 'docker://x' } }, { type: 'registry', namespace: '', name: '', url: 'docker://x' }],
    ['something new', { teleport: {} }, { type: 'other', namespace: '', name: '', url: '' }]
  ])('from %s', (_what, source, expected) => {
    expect(parseDataVolume({ metadata: { name: 'd', namespace: 'default' }, spec: { source } }).source).toEqual(expected);
  });
  it.each([[' 12.5 % ', 12.5], ['7%', 7], ['7% of 10', null], ['7x%', null], ['%', null], ['about 7%', null], ['7 %x', null]])('progress %j', (progress, expected) => {
    expect(parseDataVolume({ status: { progress } }).progress).toBe(expected);
  });
  it('keeps its phase, its restarts and its class', () => {
    expect(parseDataVolume({ metadata: { name: 'd' }, spec: { storage: { storageClassName: 'a' }, pvc: { storageClassName: 'b' } }, status: { phase: 'ImportInProgress', restartCount: 2 } }))
      .toMatchObject({ phase: 'ImportInProgress', restartCount: 2, storageClassName: 'a', progress: null });
    expect(parseDataVolume({}).restartCount).toBe(0);
  });
});

describe('an image', () => {
  it.each(['download', 'upload', 'export-from-volume', 'restore', 'clone'])('from %s', (sourceType) => {
    expect(parseImage({ spec: { sourceType } }).sourceType).toBe(sourceType);
  });
  it('keeps what the server decided', () => {
    expect(parseImage({
      metadata: { name: 'i', namespace: 'default' },
      spec: { displayName: 'jammy', description: 'LTS', checksum: 'abc', pvcName: 'c', pvcNamespace: 'n', retry: 0, sourceType: 'teleport' },
      status: { failed: 2, lastFailedTime: AT, size: 5, virtualSize: 7 }
    })).toMatchObject({ displayName: 'jammy', description: 'LTS', checksum: 'abc', pvcName: 'c', pvcNamespace: 'n', retry: 0, sourceType: 'unknown', failed: 2, lastFailedAt: Date.parse(AT), size: 5, virtualSize: 7, targetStorageClassName: '' });
    expect(parseImage({})).toMatchObject({ retry: 3, failed: 0, size: null, virtualSize: null, targetStorageClassName: '' });
    expect(parseImage({ status: { size: -1, virtualSize: 1 } })).toMatchObject({ size: null, virtualSize: 1 });
  });
  it('is not ready while it is not set up, however far it is', () => {
    const ready = (type: string, status: string) => isImageReady(parseImage({ status: { progress: 100, conditions: [{ type, status }] } }));
    expect([ready('Initialized', 'False'), ready('Initialized', 'True'), ready('Imported', 'Unknown'), ready('Other', 'False')]).toEqual([false, true, true, true]);
  });
  it('proves no size by half of a header', () => {
    const proven = (size: number, virtualSize: number) => provenSizes(parseImage({ status: { progress: 0, size, virtualSize } }));
    expect([proven(153, 0), proven(0, 2 ** 31)]).toEqual([{ size: null, virtualSize: null }, { size: null, virtualSize: null }]);
  });
  it('is an ISO by the name of the file that was uploaded', () => {
    const named = (name: string) => isIsoImage(parseImage({ metadata: { annotations: { 'harvesterhci.io/image-name': name } } }));
    expect([named('win.iso'), named('win.iso#x'), named('win.isolated'), named('win.img'), isIsoImage(parseImage({}))]).toEqual([true, true, false, false, false]);
  });
});

describe('a storage profile', () => {
  it.each(['copy', 'snapshot', 'csi-clone'])('clones by %s', (cloneStrategy) => {
    expect(parseStorageProfile({ status: { cloneStrategy } }).cloneStrategy).toBe(cloneStrategy);
  });
  it('falls back to the wish while the status is not written', () => {
    expect(parseStorageProfile({ spec: { cloneStrategy: 'copy' } }).cloneStrategy).toBe('copy');
  });
});

describe('a version', () => {
  it.each([['v1.10.0', 1, 10, 0], ['v12.3.14', 12, 3, 14], [' v1.8.2 ', 1, 8, 2], ['v1.7.0+abc', 1, 7, 0], ['1.9.0-dev.20260820', 1, 9, 0]])('%s', (text, major, minor, patch) => {
    expect(parseVersion(text)).toMatchObject({ major, minor, patch, isParsed: true, text });
  });
  it.each(['release-v1.8.2', 'v1.8.2 rc', 'v1', '1.x', ''])('%j is none', (text) => {
    expect(parseVersion(text)).toMatchObject({ isParsed: false, minor: Infinity });
  });
  it('has nothing of 1.x before 1, all of it after', () => {
    expect([supports(parseVersion('v0.9.0'), 'cdiImages'), supports(parseVersion('v2.0.0'), 'v2BackupCheck')]).toEqual([false, true]);
  });
  it('counts the patch within a minor version', () => {
    expect(['v1.6.0', 'v1.6.1', 'v1.7.0', 'v1.5.9'].map((text) => supports(parseVersion(text), 'boundedImports'))).toEqual([false, true, true, false]);
  });
  it.each([['1.9.0-rc1', 'copy'], [' v1.9.0-rc2', 'copy'], ['v1.9.0-rc21', 'csi-clone'], ['v2.8.0', 'csi-clone'], ['x1.9.0-rc1', 'csi-clone']])('clones in %s by %s', (text, strategy) => {
    expect(defaultCloneStrategy(parseVersion(text))).toBe(strategy);
  });
});
