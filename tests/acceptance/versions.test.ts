import { afterEach, describe, expect, it } from 'vitest';
import { checkReadiness } from '@/domain/boot-volume/readiness';
import { listBootClasses } from '@/domain/boot-volume/classes';
import { ALL_FACTS } from '@/domain/boot-volume/testing/cluster';
import { GIB } from '@/domain/kube/sizes';
import type { RawObject } from '@/domain/kube/types';
import { rawCluster } from '@/domain/testing/raw-cluster';
import { BOOT_IMAGE_TESTID as IMAGE } from '@/features/boot-image/contract';
import CreateImagePage from '@/features/boot-image/CreateImagePage.vue';
import { BOOT_MACHINE_TESTID as MACHINE } from '@/features/boot-vm/contract';
import MachinePage from '@/features/boot-vm/MachinePage.vue';
import type { HarvesterMinor } from '../../pkg/harvester-simulator/src/contract';
import { PROFILES } from '../../pkg/harvester-simulator/src/profiles';
import { turnOn } from './support/actions';
import { closeWorlds, startWorld, until } from './support/world';

afterEach(closeWorlds);

interface Expected {
  readonly strategy: 'copy' | 'csi-clone';
  /** The class carries CDI's strategy as an annotation; 1.5 wrote it into the storage profile itself. */
  readonly hasAnnotation: boolean;
  readonly canClone: boolean;
  readonly canGrow: boolean;
  readonly hasHugepageSettings: boolean;
  readonly snapshot: string;
  readonly warnsOfRanges: boolean;
}

/** By the table of limits in each version's documentation and code. */
const EXPECTED: Readonly<Record<HarvesterMinor, Expected>> = {
  '1.5': { strategy: 'copy', hasAnnotation: false, canClone: false, canGrow: false, hasHugepageSettings: false, snapshot: 'refused', warnsOfRanges: true },
  '1.6': { strategy: 'copy', hasAnnotation: true, canClone: false, canGrow: false, hasHugepageSettings: false, snapshot: 'refused', warnsOfRanges: false },
  '1.7': { strategy: 'copy', hasAnnotation: true, canClone: true, canGrow: true, hasHugepageSettings: false, snapshot: 'allowed', warnsOfRanges: false },
  '1.8': { strategy: 'copy', hasAnnotation: true, canClone: true, canGrow: true, hasHugepageSettings: false, snapshot: 'allowed', warnsOfRanges: false },
  '1.9': { strategy: 'csi-clone', hasAnnotation: true, canClone: true, canGrow: true, hasHugepageSettings: true, snapshot: 'refused', warnsOfRanges: false }
};

const cases = Object.entries(EXPECTED) as [HarvesterMinor, Expected][];
const ANNOTATION = 'cdi.harvesterhci.io/storageProfileCloneStrategy';

describe.each(cases)('readiness on Harvester %s', (minor, expected) => {
  it('a healthy cluster is ready, and every check speaks of this version', async () => {
    const world = await startWorld({ scenario: 'healthy', version: minor });
    const page = world.open(CreateImagePage);

    await turnOn(page);
    await until(() => { expect(page.text(IMAGE.check('clone'))).toContain(`Disks are cloned by ${expected.strategy}`); });
    await until(() => { expect(page.wrapper.findAll('.lhv2-readiness-row').filter((row) => row.attributes('data-state') !== 'ready').map((row) => row.text())).toEqual([]); });
    expect(page.text(IMAGE.readiness)).toContain(PROFILES[minor].serverVersion);
    expect(page.has(IMAGE.note('server-needs-ranges'))).toBe(expected.warnsOfRanges);
    expect(world.store.get('storage.k8s.io.storageclass', 'longhorn-v2')?.metadata.annotations?.[ANNOTATION]).toBe(expected.hasAnnotation ? expected.strategy : undefined);
    expect(world.store.get('harvesterhci.io.setting', 'longhorn-v2-data-engine-memory-size') !== undefined).toBe(expected.hasHugepageSettings);
  });

  it('a class that clones through the CSI driver is judged by what this version’s Longhorn can', async () => {
    const world = await startWorld({ scenario: 'healthy', version: minor });
    const objects = world.store.types.flatMap((type) => world.list(type.id)).map((object) => object.kind === 'StorageProfile' ? { ...object, status: { ...object.status, cloneStrategy: 'csi-clone' } } : object);
    const view = rawCluster(objects as unknown as RawObject[]);
    const [bootClass = null] = listBootClasses(view).offered;
    const clone = checkReadiness(view, { purpose: 'image', bootClass, image: null, imageSize: null, machineSize: GIB, instances: 1, facts: ALL_FACTS }).find(({ id }) => id === 'clone');

    expect([bootClass?.cloneStrategy, clone?.state, clone?.code]).toEqual(expected.canClone ? ['csi-clone', 'ready', 'clone-ok'] : ['csi-clone', 'blocked', 'clone-unsupported']);
    expect(bootClass?.warnings.includes('clone-unsupported')).toBe(!expected.canClone);
  });

  it('growing and snapshots are offered on a VM’s page as this version has them', async () => {
    const world = await startWorld({ scenario: 'healthy', version: minor });
    const page = world.open(MachinePage, { machineId: 'default/web-1' });

    await until(() => { expect(page.attribute(MACHINE.protection('snapshot'), 'data-state')).toBe(expected.snapshot); });
    expect(page.attribute(MACHINE.expand('disk-0'), 'aria-disabled')).toBe(expected.canGrow ? undefined : 'true');
  });
});
