import { afterEach, describe, expect, it } from 'vitest';
import { classifyStorageClass, engineOfClass, listBootClasses } from '@/domain/boot-volume/classes';
import { noteBootImage } from '@/domain/boot-volume/notes';
import { planBootImage } from '@/domain/boot-volume/plan-image';
import { planBootMachine } from '@/domain/boot-volume/plan-machine';
import { planExpansion } from '@/domain/boot-volume/plan-volume';
import { judgeProtection } from '@/domain/boot-volume/protection';
import { checkReadiness } from '@/domain/boot-volume/readiness';
import { ALL_FACTS, rawClass, rawImage, rawNode, rawProfile, rawReadyCluster, rawSetting } from '@/domain/boot-volume/testing/cluster';
import type { BootClass } from '@/domain/boot-volume/types';
import { parseImage } from '@/domain/harvester/image';
import { parseStorageClass } from '@/domain/harvester/storage-class';
import { diagnoseVolume } from '@/domain/health/diagnose';
import { KIND } from '@/domain/kube/kinds';
import { GIB } from '@/domain/kube/sizes';
import type { RawObject } from '@/domain/kube/types';
import { parseEngine } from '@/domain/longhorn/engine';
import { parseVolume } from '@/domain/longhorn/volume';
import { rawCluster } from '@/domain/testing/raw-cluster';
import type { ClusterView } from '@/domain/view';
import type { HarvesterMinor } from '../../pkg/harvester-simulator/src/contract';
import { readScenario } from '../agreement/read-scenario';
import { closeWorlds, refusal, startWorld } from './support/world';

afterEach(closeWorlds);

const DOWNLOAD = { sourceType: 'download', url: 'https://example.com/a.img', fileName: '', fileSize: null, checksum: '', isBehindRancher: false } as const;
const bodyOf = (bootClass: BootClass): RawObject => planBootImage({
  namespace: 'default', displayName: 'jammy', description: '', source: { type: 'download', url: 'http://127.0.0.1/jammy.img', checksum: '' }, osType: '', takenNames: [], target: { type: 'boot-volume', bootClass }
}).body as RawObject;
const classIn = (view: ClusterView, name: string): BootClass => {
  const record = view.get(KIND.storageClass, name);

  if (record === undefined) throw new Error(`no class ${name}`);

  return classifyStorageClass(view, record);
};
const checkOf = (view: ClusterView, id: string) => checkReadiness(view, { purpose: 'image', bootClass: listBootClasses(view).offered[0] ?? null, image: null, imageSize: null, machineSize: GIB, instances: 1, facts: ALL_FACTS }).find((check) => check.id === id);

describe('traps', () => {
  it('trap 1 backend is always sent: without it the server makes a v1 image on a v2 class, without a word', async () => {
    const world = await startWorld({ scenario: 'empty' });

    await world.read(KIND.storageClass);
    const body = bodyOf(classIn(world.context.inventory, 'longhorn-v2')) as { metadata: object; spec: Record<string, unknown> };
    const { backend, ...rest } = body.spec;

    expect(backend).toBe('cdi');
    const trapped = await world.api.create(KIND.image, { ...body, metadata: { ...body.metadata, generateName: undefined, name: 'trapped' }, spec: { ...rest, displayName: 'trapped' } });

    expect((trapped as { spec: Record<string, unknown> }).spec.backend, 'what the plan guards against').toBe('backingimage');
    expect(((await world.api.create(KIND.image, body)) as { spec: Record<string, unknown> }).spec.backend).toBe('cdi');
  });

  it('trap 2 annotation and target class are the same: the server rejects two names', async () => {
    const world = await startWorld({ scenario: 'default' });

    await world.read(KIND.storageClass);
    const body = bodyOf(classIn(world.context.inventory, 'longhorn-v2')) as { metadata: { annotations: Record<string, string> }; spec: Record<string, unknown> };

    expect(body.metadata.annotations['harvesterhci.io/storageClassName']).toBe(body.spec.targetStorageClassName);
    expect((await refusal(world.api.create(KIND.image, { ...body, spec: { ...body.spec, targetStorageClassName: 'longhorn-v2-gold' } }))).message).toBe('storageClassName should keep the consistency');
  });

  it('trap 3 a Longhorn class without dataEngine is v1 and never offered', () => {
    const { dataEngine, ...parameters } = rawClass('plain').parameters as Record<string, string>;
    const raw = rawClass('plain', {}, { parameters });

    expect([dataEngine, engineOfClass(parseStorageClass(raw))]).toEqual(['v2', 'v1']);
    expect(listBootClasses(rawCluster([raw])).offered).toEqual([]);
    expect(listBootClasses(rawCluster([raw])).refused).toMatchObject([{ name: 'plain', refusal: 'engine-v1' }]);
  });

  it('trap 4 a class from 1.4 without migratable is warned of, and its disks are asked for as ReadWriteOnce', () => {
    const view = rawCluster([...rawReadyCluster(), rawClass('old', { migratable: 'false' }), rawProfile('old', 'copy', ['ReadWriteOnce'])]);
    const bootClass = classIn(view, 'old');
    const { machines } = planBootMachine({
      namespace: 'default', name: 'vm1', instances: 1, cores: 1, memory: GIB, image: parseImage(rawImage({}, { storageClassName: 'old' })), bootClass, plainClassName: '', rootSize: 10 * GIB,
      extraDisks: [{ bootClass, size: GIB }], sshKey: '', userData: '', startAfterCreate: true, takenNames: []
    }, () => 'abcde');
    const templates = JSON.parse((machines[0]?.body as { metadata: { annotations: Record<string, string> } }).metadata.annotations['harvesterhci.io/volumeClaimTemplates'] ?? '[]') as { spec: { accessModes: string[] } }[];

    expect(bootClass.warnings).toContain('not-migratable');
    expect(templates.map(({ spec }) => spec.accessModes)).toEqual([['ReadWriteOnce'], ['ReadWriteOnce']]);
  });

  it('trap 5 a sharded class is never a home of boot volumes', () => {
    const view = rawCluster([rawClass('sharded', { 'dataLayout.type': 'sharded' })]);

    expect(listBootClasses(view).offered).toEqual([]);
    expect(classIn(view, 'sharded').refusal).toBe('sharded');
    expect(planBootImage({ namespace: 'default', displayName: 'x', description: '', source: { type: 'download', url: 'https://example.com/x', checksum: '' }, osType: '', takenNames: [], target: { type: 'boot-volume', bootClass: classIn(view, 'sharded') } })).toMatchObject({ body: null, problems: [{ code: 'class-refused' }] });
  });

  it('trap 6 huge pages switched off are well with AIO disks only', () => {
    const off = [...rawReadyCluster('v1.9.0'), rawSetting('longhorn-v2-data-engine-hugepage-enabled', 'false')];
    const withDrivers = (...drivers: string[]) => rawCluster([...off, ...drivers.flatMap((driver, index) => rawNode({ name: `node-${index + 1}`, driver }))]);

    expect(checkOf(withDrivers('aio', 'aio', 'aio'), 'hugepages')).toMatchObject({ state: 'ready', code: 'hugepages-off' });
    expect(checkOf(withDrivers('aio', 'nvme', 'aio'), 'hugepages')).toMatchObject({ state: 'warning', code: 'hugepages-off-unsafe', params: { count: 1, disks: 'node-2 nvme0n1' } });
  });

  it('trap 7 AIO disks are named in a warning that a trim pauses the VM; other drivers are not', () => {
    const view = rawCluster([...rawReadyCluster(), ...rawNode({ name: 'node-2', driver: 'aio' })]);
    const note = noteBootImage(view, DOWNLOAD).find(({ code }) => code === 'aio-trim');

    expect(note).toMatchObject({ level: 'warning', params: { count: 1, disks: 'node-2 nvme0n1' } });
    expect(noteBootImage(rawCluster(rawReadyCluster()), DOWNLOAD).some(({ code }) => code === 'aio-trim')).toBe(false);
  });

  it.each([['v1.5.2', true], ['v1.6.0', true], ['v1.6.1', false], ['v1.8.2', false]])('trap 8 on %s a web server without ranges can exhaust the importer’s memory: warned %s', (version, isWarned) => {
    const codes = noteBootImage(rawCluster(rawReadyCluster(version)), DOWNLOAD).map(({ code }) => code);

    expect(codes.includes('server-needs-ranges')).toBe(isWarned);
    expect(codes.includes('server-needs')).toBe(!isWarned);
  });

  it('trap 9 the rebuild limit is read under the name of the CRD and of the documentation', () => {
    const engine = (field: string) => parseEngine({ metadata: { name: 'e-1' }, spec: {}, status: { rebuildStatus: { 'tcp://10.0.0.1:1': { isRebuilding: true, progress: 4, [field]: 25 } } } });
    const volume = (field: string) => parseVolume({ metadata: { name: 'pvc-1' }, spec: { [field]: 25 }, status: {} });

    expect(['appliedRebuildingMBps', 'appliedRebuildingMbps'].map((field) => engine(field).rebuilds[0]?.appliedMBps)).toEqual([25, 25]);
    expect(['replicaRebuildingBandwidthLimit', 'rebuildingMbytesPerSecond'].map((field) => volume(field).rebuildBandwidthLimit)).toEqual([25, 25]);
  });

  it('trap 10 a rebuild that reads complete at 99 % is over, and one at 0 % is not stuck for that', () => {
    const { cluster } = readScenario('rebuilding', '1.9');
    const objects = cluster.store.types.flatMap((type) => cluster.store.list(type.id)) as unknown as RawObject[];
    const volume = cluster.store.list('longhorn.io.volume').find(({ status }) => status?.['robustness'] === 'degraded')?.metadata.name ?? '';
    const read = (entry: RawObject, mode: 'RW' | 'WO') => {
      const changed = structuredClone(objects) as { kind: string; status?: { robustness?: string; rebuildStatus?: Record<string, RawObject>; replicaModeMap?: Record<string, string> } }[];

      for (const { kind, status } of changed) {
        if (kind === 'Engine' && status?.rebuildStatus && Object.keys(status.rebuildStatus).length > 0) {
          status.rebuildStatus = Object.fromEntries(Object.entries(status.rebuildStatus).map(([address, old]) => [address, { ...old, ...entry }]));
          status.replicaModeMap = Object.fromEntries(Object.entries(status.replicaModeMap ?? {}).map(([name, old]) => [name, old === 'WO' ? mode : old]));
        }
        if (kind === 'Volume' && mode === 'RW' && status?.robustness === 'degraded') {
          status.robustness = 'healthy';
        }
      }

      return diagnoseVolume(rawCluster(changed as unknown as RawObject[], { readAt: cluster.clock.now() }), volume, cluster.clock.now(), { robustnessChanges: [], rebuildSamples: {}, stateSince: null, firstSeenAt: null });
    };

    expect(read({ progress: 99, state: 'complete', isRebuilding: false }, 'RW')).toMatchObject({ level: 'healthy', goodReplicas: 3, rebuild: null });
    expect(read({ progress: 0, state: 'in_progress', isRebuilding: true }, 'WO')).toMatchObject({ level: 'degraded', phase: 'rebuilding', rebuild: { percent: 0 } });
  });

  it.each([['1.8', 'waiting'], ['1.5', 'blocked']] as const)('trap 11 on %s a lost replica is %s: the wait counts for v2 only where fast rebuild is on', (minor: HarvesterMinor, phase) => {
    const verdict = readScenario('disk-pulled', minor).verdicts.get('app 0');

    expect(verdict?.phase).toBe(phase);
  });

  it.each([
    ['v1.6.1', false, 'refused'], ['v1.7.0', true, 'allowed'], ['v1.9.0', true, 'refused'], ['master-1a2b3c4-head', true, 'refused']
  ] as const)('trap 12 on %s limits follow version and class, not a page of documentation: expansion %s, snapshot %s', (version, canGrow, snapshot) => {
    const claimOn = (storageClassName: string): RawObject => ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: `on-${storageClassName}`, namespace: 'default' }, spec: { storageClassName, volumeName: `pvc-${storageClassName}`, resources: { requests: { storage: '10Gi' } } }, status: { phase: 'Bound', capacity: { storage: '10Gi' } } });
    const machine = { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: { name: 'vm1', namespace: 'default' }, spec: { template: { spec: { domain: { devices: { disks: [{ name: 'd', disk: {} }] } }, volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'on-longhorn-v2' } }] } } } };
    const view = rawCluster([
      ...rawReadyCluster(version), rawClass('fixed', {}, { allowVolumeExpansion: false }), rawClass('v1', { dataEngine: 'v1' }), machine, ...['longhorn-v2', 'fixed', 'v1'].map(claimOn),
      { apiVersion: 'longhorn.io/v1beta2', kind: 'Volume', metadata: { name: 'pvc-longhorn-v2', namespace: 'longhorn-system' }, spec: { dataEngine: 'v2' }, status: { state: 'attached', kubernetesStatus: { namespace: 'default', pvcName: 'on-longhorn-v2' } } }
    ]);
    const growsOn = (storageClassName: string): boolean => {
      const claim = view.get(KIND.persistentVolumeClaim, `default/on-${storageClassName}`);

      return claim !== undefined && planExpansion(view, claim, 20 * GIB).operations !== null;
    };
    const record = view.get(KIND.virtualMachine, 'default/vm1');

    expect(['longhorn-v2', 'fixed', 'v1'].map(growsOn)).toEqual([canGrow, false, true]);
    expect(record && judgeProtection(view, record).find(({ action }) => action === 'snapshot')?.verdict).toBe(snapshot);
  });
});
