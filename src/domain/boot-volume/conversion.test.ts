import { describe, expect, it } from 'vitest';
import { parseImage } from '../harvester/image';
import { parseStorageClass } from '../harvester/storage-class';
import type { RawObject } from '../kube/types';
import { rawCluster } from '../testing/raw-cluster';
import { classifyStorageClass } from './classes';
import { CONVERTED_FROM_ANNOTATION, planExport, planReimport, planTemporaryClaim, readConversion, suggestConvertedName } from './conversion';
import { NOW, rawClass, rawImage } from './testing/cluster';

const V1 = 'default/image-v1';
const uploaded = parseImage(rawImage({ backend: 'backingimage', sourceType: 'upload', url: '', targetStorageClassName: '' }, { storageClassName: 'lh-uid' }, { name: 'image-v1' }));
const downloaded = parseImage(rawImage({ backend: 'backingimage' }, { storageClassName: 'lh-uid' }, { name: 'image-v1' }));
const bootClass = classifyStorageClass(rawCluster([]), parseStorageClass(rawClass('longhorn-v2')));
const stage = (image: typeof uploaded, objects: readonly RawObject[]) => readConversion(rawCluster(objects), image, NOW);

/** The object as the server would keep it. */
const stored = (raw: RawObject, status: RawObject): RawObject => ({ ...raw, status });
const exported = (progress: number, conditions: RawObject[] = []) => rawImage(
  { sourceType: 'export-from-volume', pvcName: 'convert-image-v1', pvcNamespace: 'default', url: '' }, { progress, conditions }, { name: 'image-new', creationTimestamp: '2026-08-20T09:59:59Z' }
);

describe('readConversion', () => {
  it('walks an upload through its temporary volume', () => {
    const claim = planTemporaryClaim(uploaded);

    expect(stage(uploaded, [])).toEqual({ way: 'export', stage: 'idle', claimId: '', targetId: '', isClearing: false });
    expect(stage(uploaded, [{ ...claim, metadata: { ...claim.metadata as object, deletionTimestamp: '2026-08-20T09:59:59Z' } }]), 'its name is not free yet').toMatchObject({ stage: 'idle', isClearing: true });
    expect(stage(uploaded, [stored(claim, { phase: 'Pending' })])).toMatchObject({ stage: 'volume', claimId: 'default/convert-image-v1' });
    expect(stage(uploaded, [stored(claim, { phase: 'Bound' })])).toMatchObject({ stage: 'export' });
    expect(stage(uploaded, [stored(claim, { phase: 'Bound' }), exported(40)])).toMatchObject({ stage: 'importing', targetId: 'default/image-new' });
    expect(stage(uploaded, [stored(claim, { phase: 'Bound' }), exported(100)])).toMatchObject({ stage: 'cleaning' });
    expect(stage(uploaded, [exported(100)])).toMatchObject({ stage: 'done' });
  });

  it('walks a download by its URL, without a volume', () => {
    const { body } = planReimport(downloaded, bootClass, 'jammy-v2', []);
    const target = (progress: number, conditions: RawObject[] = []) => ({ ...body, metadata: { ...body?.metadata as object, name: 'image-new' }, status: { progress, failed: 4, conditions } });

    expect(stage(downloaded, [])).toMatchObject({ way: 'reimport', stage: 'idle' });
    expect(stage(downloaded, [target(10)])).toMatchObject({ stage: 'importing', targetId: 'default/image-new' });
    expect(stage(downloaded, [target(100)])).toMatchObject({ stage: 'done' });
    expect(stage(downloaded, [target(0, [{ type: 'RetryLimitExceeded', status: 'True', message: 'no' }])])).toMatchObject({ stage: 'failed' });
  });

  it('takes the other way when told, and stays on the way it has begun', () => {
    const begun = [stored(planTemporaryClaim(downloaded), { phase: 'Bound' })];

    expect(readConversion(rawCluster([]), downloaded, NOW, 'export')).toMatchObject({ way: 'export', stage: 'idle' });
    expect(readConversion(rawCluster(begun), downloaded, NOW, 'reimport')).toMatchObject({ way: 'export', stage: 'export' });
  });

  it('takes nobody else\'s image or volume for its own', () => {
    expect(stage(uploaded, [rawImage({}, {}, { name: 'other', annotations: { [CONVERTED_FROM_ANNOTATION]: 'default/another' } })])).toMatchObject({ stage: 'idle' });
  });
});

describe('the plans', () => {
  it('make a v2 image of a v1 one', () => {
    expect(planReimport(downloaded, bootClass, 'jammy-v2', []).body).toMatchObject({
      metadata: { annotations: { 'harvesterhci.io/storageClassName': 'longhorn-v2', [CONVERTED_FROM_ANNOTATION]: V1 } },
      spec: { backend: 'cdi', targetStorageClassName: 'longhorn-v2', url: 'https://example.com/jammy.img' }
    });
    expect(planExport(uploaded, bootClass, 'jammy-v2')).toEqual({ displayName: 'jammy-v2', namespace: 'default', storageClassName: 'longhorn-v2' });
  });

  it('put the temporary volume on the image\'s own class, at least as large as the image', () => {
    expect(planTemporaryClaim(uploaded)).toMatchObject({
      metadata: { name: 'convert-image-v1', annotations: { 'harvesterhci.io/imageId': V1 } }, spec: { storageClassName: 'lh-uid', resources: { requests: { storage: '3Gi' } } }
    });
  });

  it('suggest a name that is free', () => {
    expect(suggestConvertedName(uploaded, [])).toBe('jammy.img-v2');
    expect(suggestConvertedName(uploaded, ['jammy.img-v2'])).toBe('jammy.img-v2-2');
  });
});
