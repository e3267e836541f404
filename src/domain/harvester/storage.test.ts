import { describe, expect, it } from 'vitest';
import { parseDataVolume } from './data-volume';
import { parsePersistentVolume } from './persistent-volume';
import { parsePersistentVolumeClaim } from './persistent-volume-claim';
import { parseStorageClass } from './storage-class';
import { parseStorageProfile } from './storage-profile';

describe('parseStorageClass', () => {
  it('reads the default mark in both spellings', () => {
    const annotated = (key: string) => parseStorageClass({ metadata: { name: 'a', annotations: { [key]: 'true' } } });

    expect(annotated('storageclass.kubernetes.io/is-default-class').isDefault).toBe(true);
    expect(annotated('storageclass.beta.kubernetes.io/is-default-class').isDefault).toBe(true);
    expect(parseStorageClass({ metadata: { name: 'a' } })).toMatchObject({ isDefault: false, volumeBindingMode: 'Immediate', reclaimPolicy: 'Delete' });
  });
});

describe('parseStorageProfile', () => {
  it('keeps the effective strategy and the claim property sets in order', () => {
    const profile = parseStorageProfile({
      metadata: { name: 'longhorn-v2' },
      spec: { cloneStrategy: 'copy' },
      status: { cloneStrategy: 'csi-clone', snapshotClass: 'longhorn-snapshot', claimPropertySets: [{ accessModes: ['ReadWriteMany'], volumeMode: 'Block' }, { accessModes: ['ReadWriteOnce'], volumeMode: 'Block' }] }
    });

    expect(profile.cloneStrategy).toBe('csi-clone');
    expect(profile.claimPropertySets[0]).toEqual({ accessModes: ['ReadWriteMany'], volumeMode: 'Block' });
  });

  it('reads an unheard-of strategy as unknown', () => {
    expect(parseStorageProfile({ status: { cloneStrategy: 'teleport' } }).cloneStrategy).toBe('unknown');
  });
});

describe('parseDataVolume', () => {
  it.each([['88.82%', 88.82], ['N/A', null], ['', null], ['100.0%', 100], ['140%', 100], ['-3%', null]])('progress %s', (text, expected) => {
    expect(parseDataVolume({ status: { progress: text } }).progress).toBe(expected);
  });

  it('reads the source claim, with the data volume\'s own namespace as the default', () => {
    const dataVolume = parseDataVolume({
      metadata: { name: 'vm1-disk-0-x7k2p', namespace: 'default' },
      spec: { source: { pvc: { name: 'image-x7k2p' } }, storage: { storageClassName: 'longhorn-v2', resources: { requests: { storage: '10Gi' } } } }
    });

    expect(dataVolume.source).toEqual({ type: 'pvc', namespace: 'default', name: 'image-x7k2p', url: '' });
    expect(dataVolume.size).toBe(10 * 2 ** 30);
  });

  it('reads the older spec.pvc form', () => {
    expect(parseDataVolume({ spec: { source: { blank: {} }, pvc: { storageClassName: 'a' } } })).toMatchObject({ storageClassName: 'a', source: { type: 'blank' } });
  });
});

describe('parsePersistentVolumeClaim', () => {
  const named = (name: string, annotations: Record<string, string> = {}) => parsePersistentVolumeClaim({ metadata: { name, namespace: 'default', annotations } });

  it('tells golden images and temporaries from user volumes', () => {
    expect(named('image-x7k2p', { 'harvesterhci.io/goldenImage': 'true' })).toMatchObject({ isGoldenImage: true, isTemporary: false });
    expect(named('prime-9f1c2d3e-1111-2222-3333-444455556666').isTemporary).toBe(true);
    expect(named('prime-9f1c2d3e-1111-2222-3333-444455556666-scratch').isTemporary).toBe(true);
    expect(named('tmp-pvc-9f1c2d3e-1111-2222-3333-444455556666').isTemporary).toBe(true);
    expect(named('x', { 'cdi.kubevirt.io/storage.populator.kind': 'VolumeUploadSource' }).isTemporary).toBe(true);
    expect(named('prime-database').isTemporary).toBe(false);
  });

  it('names the data volume it was made for', () => {
    expect(named('vm1-disk-0-x7k2p', { 'cdi.kubevirt.io/createdForDataVolume': 'some-uid' }).dataVolumeName).toBe('vm1-disk-0-x7k2p');
    expect(named('plain').dataVolumeName).toBe('');
  });
});

describe('parsePersistentVolume', () => {
  it('keeps the scheduling error and the engine', () => {
    const volume = parsePersistentVolume({
      metadata: { name: 'pvc-1', annotations: { 'longhorn.io/volume-scheduling-error': 'insufficient storage' } },
      spec: { csi: { driver: 'driver.longhorn.io', volumeHandle: 'pvc-1', volumeAttributes: { dataEngine: 'v2' } }, claimRef: { namespace: 'default', name: 'c' } }
    });

    expect(volume).toMatchObject({ dataEngine: 'v2', claimName: 'c', schedulingError: 'insufficient storage' });
  });
});
