import { describe, expect, it } from 'vitest';
import { isImageFailed, isImageReady, isIsoImage, parseImage, provenSizes } from './image';

const READY = {
  id: 'default/image-x7k2p',
  type: 'harvesterhci.io.virtualmachineimage',
  links: { self: 's', update: 'u', remove: 'r' },
  actions: {},
  metadata: { name: 'image-x7k2p', namespace: 'default', uid: 'u1', labels: { 'harvesterhci.io/image-type': 'raw_qcow2' } },
  spec: { backend: 'cdi', targetStorageClassName: 'longhorn-v2', displayName: 'jammy.img', sourceType: 'download', url: 'https://example.com/jammy.img', retry: 3 },
  status: {
    failed: 0, progress: 100, size: 652476928, virtualSize: 2361393152, storageClassName: 'longhorn-v2',
    conditions: [
      { type: 'Initialized', status: 'True', reason: 'Initialized' },
      { type: 'Imported', status: 'True', reason: 'Imported' },
      { type: 'RetryLimitExceeded', status: 'False' }
    ]
  }
};

describe('parseImage', () => {
  it('keeps the fields of a ready CDI image', () => {
    const image = parseImage(READY);

    expect(image).toMatchObject({
      backend: 'cdi', sourceType: 'download', targetStorageClassName: 'longhorn-v2', storageClassName: 'longhorn-v2',
      progress: 100, virtualSize: 2361393152, canUpdate: true, canRemove: true
    });
    expect(image.meta.id).toBe('default/image-x7k2p');
    expect(isImageReady(image)).toBe(true);
    expect(Object.isFrozen(image)).toBe(true);
  });

  it('reads an image without a backend as a backing image, an unheard-of one as unknown', () => {
    expect(parseImage({ spec: {} }).backend).toBe('backingimage');
    expect(parseImage({ spec: { backend: 'ceph' } }).backend).toBe('unknown');
  });

  it('takes the class from the annotation when the spec has none', () => {
    const image = parseImage({ metadata: { name: 'a', annotations: { 'harvesterhci.io/storageClassName': 'lh' } }, spec: {} });

    expect(image.targetStorageClassName).toBe('lh');
  });

  it('reads a virtual size of 0 as not known yet', () => {
    expect(parseImage({ status: { virtualSize: 0, progress: 0 } })).toMatchObject({ virtualSize: null, progress: 0 });
  });

  it('never throws on rubbish', () => {
    for (const raw of [{}, { spec: null, status: [] }, { spec: 'x', status: { conditions: 'y' }, metadata: 4 }]) {
      expect(() => parseImage(raw)).not.toThrow();
    }
  });
});

describe('isImageReady', () => {
  it('is not at 99 %, nor when the import is recorded as failed', () => {
    expect(isImageReady(parseImage({ ...READY, status: { ...READY.status, progress: 99 } }))).toBe(false);
    expect(isImageReady(parseImage({ ...READY, status: { ...READY.status, conditions: [{ type: 'Imported', status: 'False' }] } }))).toBe(false);
  });
});

describe('isImageFailed', () => {
  it('is when the server gave up, not while it tries again', () => {
    const withCondition = (type: string, status: string) => parseImage({ ...READY, status: { conditions: [{ type, status, message: 'failed' }] } });

    expect(isImageFailed(withCondition('RetryLimitExceeded', 'True'))).toBe(true);
    expect(isImageFailed(withCondition('Imported', 'False'))).toBe(true);
    expect(isImageFailed(withCondition('RetryLimitExceeded', 'False'))).toBe(false);
    expect(isImageFailed(withCondition('Imported', 'Unknown'))).toBe(false);
  });
});

describe('isIsoImage', () => {
  it('goes by label, then by file name', () => {
    expect(isIsoImage(parseImage({ metadata: { labels: { 'harvesterhci.io/image-type': 'iso' } } }))).toBe(true);
    expect(isIsoImage(parseImage({ spec: { url: 'https://example.com/win.ISO?token=1' } }))).toBe(true);
    expect(isIsoImage(parseImage({ spec: { displayName: 'iso-notes.img' } }))).toBe(false);
  });
});

describe('provenSizes', () => {
  const sized = (size: number, virtualSize: number, progress: number): ReturnType<typeof provenSizes> =>
    provenSizes(parseImage({ ...READY, status: { ...READY.status, size, virtualSize, progress } }));

  it('believes an imported image, and a header before that', () => {
    expect(sized(1000, 1000, 100)).toEqual({ size: 1000, virtualSize: 1000 });
    expect(sized(196_608, 2 ** 31, 0)).toEqual({ size: 196_608, virtualSize: 2 ** 31 });
  });

  it('shows no length of what may be an error page', () => {
    expect(sized(153, 153, 0)).toEqual({ size: null, virtualSize: null });
    expect(sized(0, 0, 0)).toEqual({ size: null, virtualSize: null });
  });
});
