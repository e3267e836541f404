import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseImage } from '../harvester/image';
import { parseStorageClass } from '../harvester/storage-class';
import { parseVersion } from '../harvester/version';
import { parseQuantity } from '../kube/quantities';
import { GIB } from '../kube/sizes';
import type { RawObject } from '../kube/types';
import { rawCluster } from '../testing/raw-cluster';
import { classifyStorageClass } from './classes';
import { planReimport } from './conversion';
import { planStorageClass } from './plan-class';
import { planBootImage } from './plan-image';
import type { ImageChoice } from './plan-image';
import { planBootMachine } from './plan-machine';
import type { MachineChoice } from './plan-machine';
import { rawImage } from './testing/cluster';
import type { BootClass } from './types';

/** More of them: `PLAN_RUNS=200000 npx vitest run src/domain/boot-volume/plans-property.test.ts`. */
const RUNS = Number(process.env.PLAN_RUNS ?? 1000);
const hold = (property: fc.IRawProperty<unknown>): void => { fc.assert(property as fc.IProperty<unknown>, { numRuns: RUNS }); };

const empty = rawCluster([]);
const classify = (raw: RawObject): BootClass => classifyStorageClass(empty, parseStorageClass(raw));

/** Classes as admins, other products and old versions leave them behind. */
const anyRawClass = fc.record({
  name: fc.constantFrom('longhorn-v2', 'fast', 'harvester-longhorn', 'longhorn-static', 'vmstate-persistence', 'lh-4f2c', 'ceph'),
  provisioner: fc.constantFrom('driver.longhorn.io', 'driver.longhorn.io', 'driver.longhorn.io', 'rook-ceph.rbd.csi.ceph.com'),
  parameters: fc.oneof(fc.record({ dataEngine: fc.constant('v2'), migratable: fc.constantFrom('true', 'false'), encrypted: fc.constantFrom('false', undefined) }), fc.record({
    dataEngine: fc.constantFrom('v2', 'v2', 'v1', ''), encrypted: fc.constantFrom('true', 'True', 'TRUE', 'false'), backingImage: fc.constantFrom('', 'vmi-1'),
    'dataLayout.type': fc.constantFrom('sharded', 'replicated'), dataLayout: fc.constantFrom('sharded', ''), migratable: fc.constantFrom('true', 'false'),
    numberOfReplicas: fc.constantFrom('1', '2', '3', 'many'), nodeSelector: fc.constantFrom('', 'fast,nvme')
  }, { requiredKeys: [] })).map((parameters): Partial<Record<string, string>> => parameters),
  annotations: fc.record({ 'harvesterhci.io/is-reserved-storageclass': fc.constantFrom('true', 'false'), 'storageclass.kubernetes.io/is-default-class': fc.constantFrom('true', 'false') }, { requiredKeys: [] }),
  deletionTimestamp: fc.option(fc.constant('2026-08-20T10:00:00Z'), { nil: undefined, freq: 9 })
}).map(({ name, provisioner, parameters, annotations, deletionTimestamp }) => ({
  apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name, annotations, ...deletionTimestamp === undefined ? {} : { deletionTimestamp } }, provisioner, parameters, allowVolumeExpansion: true, volumeBindingMode: 'Immediate'
}));

type RawClass = Parameters<Parameters<typeof anyRawClass.map>[0]>[0];

/** What the words of the rule say of a class, read from the raw object and not through the code under test. */
function mayHoldBootVolumes({ metadata, provisioner, parameters }: RawClass): boolean {
  return provisioner === 'driver.longhorn.io' && parameters.dataEngine === 'v2' && !parameters.backingImage && parameters.encrypted?.toLowerCase() !== 'true' &&
    parameters['dataLayout.type'] !== 'sharded' && parameters.dataLayout !== 'sharded' && metadata.annotations['harvesterhci.io/is-reserved-storageclass'] !== 'true' &&
    !['longhorn-static', 'vmstate-persistence'].includes(metadata.name);
}

const anyName = fc.oneof(fc.constantFrom('jammy.img', 'win.iso', 'vm1', '', 'A b', 'x'.repeat(64)), fc.string());
const anySource = fc.oneof<fc.Arbitrary<ImageChoice['source']>[]>(
  fc.record({ type: fc.constant('download' as const), url: fc.oneof(fc.webUrl(), fc.constantFrom('', 'ftp://x/a', 'https://example.com/a.iso')), checksum: fc.constantFrom('', 'ab', 'a'.repeat(128)) }),
  fc.record({ type: fc.constant('upload' as const), fileName: anyName, fileSize: fc.option(fc.nat(), { nil: null }) }),
  fc.record({ type: fc.constant('export-from-volume' as const), pvcNamespace: anyName, pvcName: anyName })
);
const anyImage = fc.record({
  backend: fc.constantFrom('cdi', 'backingimage', ''), displayName: fc.constantFrom('jammy.img', 'win.iso'), sourceType: fc.constantFrom('download', 'upload'),
  virtualSize: fc.option(fc.integer({ min: 1, max: 200 * GIB }), { nil: 0 }), storageClassName: fc.constantFrom('longhorn-v2', 'lh-uid', ''), progress: fc.constantFrom(0, 99, 100)
}).map(({ backend, displayName, sourceType, ...status }) => parseImage(rawImage({ backend, displayName, sourceType }, status)));

interface PostedImage { spec: Record<string, string | undefined>; metadata: { annotations: Record<string, string | undefined> } }
interface PostedClaim { metadata: { annotations: Record<string, string> }; spec: { storageClassName: string; resources: { requests: { storage: string } } } }

/** The rule on one posted image: three fields that agree, and a class that the option may name. */
function holdsForImage(body: RawObject, isOn: boolean, rawClass: RawClass | null): void {
  const { spec, metadata } = body as unknown as PostedImage;

  expect(spec.backend).toBe(isOn ? 'cdi' : 'backingimage');
  expect(metadata.annotations['harvesterhci.io/storageClassName']).toBe(spec.targetStorageClassName);
  expect(spec.targetStorageClassName).toBe(rawClass?.metadata.name);
  if (isOn) {
    expect(rawClass !== null && mayHoldBootVolumes(rawClass)).toBe(true);
  } else if (rawClass !== null) {
    expect([rawClass.provisioner, rawClass.parameters.dataEngine === 'v2']).toEqual(['driver.longhorn.io', false]);
  }
}

describe('whatever is chosen', { timeout: 60_000 + RUNS * 20 }, () => {
  it('for an image: backend, annotation and target class agree, and the class may hold boot volumes', () => {
    hold(fc.property(fc.option(anyRawClass, { nil: null }), fc.boolean(), anySource, anyName, fc.option(fc.array(anyName), { nil: null }), (rawClass, isOn, source, displayName, takenNames) => {
      const { body, problems } = planBootImage({
        namespace: 'default', displayName, description: '', source, osType: '', takenNames,
        target: isOn ? { type: 'boot-volume', bootClass: rawClass && classify(rawClass) } : { type: 'plain', storageClass: rawClass && parseStorageClass(rawClass) }
      });

      expect(body === null).toBe(problems.length > 0);
      if (body !== null) {
        holdsForImage(body, isOn, rawClass);
      }
    }));
  });

  it('for a conversion: the same', () => {
    hold(fc.property(anyRawClass, anyImage, anyName, (rawClass, image, displayName) => {
      const { body } = planReimport(image, classify(rawClass), displayName, []);

      if (body !== null) {
        holdsForImage(body, true, rawClass);
      }
    }));
  });

  it('for a VM: no chosen class is sharded, encrypted, reserved or v1, and no disk is below its image\u2019s virtual size', () => {
    const anyExtra = fc.record({ raw: fc.option(anyRawClass, { nil: null }), size: fc.integer({ min: 0, max: 100 * GIB }) });

    hold(fc.property(
      fc.option(anyImage, { nil: null }), fc.option(anyRawClass, { nil: null }), fc.array(anyExtra, { maxLength: 2 }), fc.integer({ min: 0, max: 200 * GIB }), fc.integer({ min: 0, max: 3 }),
      (image, rawClass, extras, rootSize, instances) => {
        const choice: MachineChoice = {
          namespace: 'default', name: 'vm1', instances, cores: 2, memory: 4 * GIB, image, bootClass: rawClass && classify(rawClass), plainClassName: 'harvester-longhorn', rootSize,
          extraDisks: extras.map(({ raw, size }) => ({ bootClass: raw && classify(raw), size })), sshKey: '', userData: '', startAfterCreate: true, takenNames: null
        };
        const { machines, problems } = planBootMachine(choice, () => 'abcde');

        expect(machines.length === 0).toBe(problems.length > 0);
        for (const { body } of machines) {
          const claims = JSON.parse((body as unknown as PostedImage).metadata.annotations['harvesterhci.io/volumeClaimTemplates'] ?? '') as PostedClaim[];

          for (const chosen of [rawClass, ...extras.map(({ raw }) => raw)]) {
            expect(chosen === null || mayHoldBootVolumes(chosen)).toBe(true);
          }
          for (const { metadata, spec } of claims) {
            expect(spec.storageClassName).not.toBe('');
            expect(spec.resources.requests.storage).toMatch(/^[1-9]\d*Gi$/);
            if (metadata.annotations['harvesterhci.io/imageId'] !== undefined) {
              expect(parseQuantity(spec.resources.requests.storage)).toBeGreaterThanOrEqual(image?.virtualSize ?? 0);
            }
          }
          const root = claims[claims.length - 1 - extras.length];

          expect(parseQuantity(root?.spec.resources.requests.storage)).toBeGreaterThanOrEqual(rootSize);
          if (rawClass !== null) {
            expect(root?.spec.storageClassName).toBe(rawClass.metadata.name);
          }
        }
      }
    ));
  });

  it('for a new class: it is one that the option may name', () => {
    hold(fc.property(anyName, fc.integer({ min: -1, max: 5 }), fc.boolean(), fc.array(fc.constantFrom('nvme', 'fast')), fc.constantFrom('v1.5.2', 'v1.6.1', 'v1.7.2', 'v1.8.2', 'v1.9.0', 'master-1-head'), (name, replicas, isMigratable, tags, version) => {
      const { body } = planStorageClass({ name, replicas, isMigratable, nodeSelector: tags, diskSelector: tags }, parseVersion(version), []);

      if (body !== null) {
        expect(mayHoldBootVolumes({ ...body, metadata: { annotations: {}, ...(body.metadata as object) } } as unknown as RawClass) || ['longhorn-static', 'vmstate-persistence'].includes(name)).toBe(true);
      }
    }));
  });

  it('is not a rule that nothing meets: every kind of plan is made in some runs', () => {
    const sample = fc.sample(anyRawClass, 500);

    expect(sample.filter(mayHoldBootVolumes).length).toBeGreaterThan(10);
    expect(sample.filter(raw => !mayHoldBootVolumes(raw)).length).toBeGreaterThan(100);
    expect(sample.filter(raw => mayHoldBootVolumes(raw) !== (classify({ ...raw, metadata: { ...raw.metadata, deletionTimestamp: undefined } }).refusal === null))).toEqual([]);
  });
});
