import type { Cluster } from '../../contract';
import { LH, key } from '../../controllers/longhorn/kinds';
import type { Engine, Replica, Volume } from '../../controllers/longhorn/types';
import { useClaims } from './claims';
import { addImage, type ImagePlan } from './images';
import { addMachine, claimsOfMachine, recordWrites, releaseMachines, settleMachines, volumeOfMachine, type MachinePlan } from './machines';
import { addNode, type NodePlan } from './nodes';
import { addPlatform, addStorageClass, v2Parameters, type PlatformOptions } from './platform';

/** From the creation of nodes until their disks and instance managers are ready. */
const WARM_UP = 20_000;

export const UBUNTU = { name: 'image-ubuntu', displayName: 'ubuntu-24.04-server.img', storageClass: 'longhorn-v2', size: 620, virtualSize: 3584, os: 'ubuntu' } as const;

/** `harvester-1` … with a v1 system disk and, unless said otherwise, one v2 disk each. GiB. */
export function ordinaryNodes(count: number, v2Disk = 500): NodePlan[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `harvester-${String(index + 1)}`,
    disks: [{ engine: 'v1' as const, size: 400 }, ...(v2Disk > 0 ? [{ engine: 'v2' as const, size: v2Disk }] : [])]
  }));
}

export interface BaseOptions extends PlatformOptions {
  nodes?: NodePlan[];
  /** v2 classes by name; default: `longhorn-v2`, three replicas. */
  classes?: Record<string, Record<string, string>>;
  /** Whether the Ubuntu image is there (needs class `longhorn-v2`). */
  hasImage?: boolean;
}

/** Nodes, classes, settings and one image, all ready. */
export function addBase(cluster: Cluster, options: BaseOptions = {}): void {
  addPlatform(cluster, options);
  for (const node of options.nodes ?? ordinaryNodes(3)) addNode(cluster, node);
  for (const [name, overrides] of Object.entries(options.classes ?? { 'longhorn-v2': {} })) addStorageClass(cluster, name, v2Parameters(overrides));
  cluster.clock.advance(WARM_UP);
  if (options.hasImage ?? true) {
    addImages(cluster, [UBUNTU]);
  }
}

/** Images that were imported some time ago. */
export function addImages(cluster: Cluster, plans: readonly ImagePlan[]): void {
  for (const plan of plans) addImage(cluster, plan);
  cluster.clock.advance(5_000);
  useClaims(cluster, plans.filter((plan) => plan.storageClass !== undefined).map((plan) => `default/${plan.name}`));
}

/** Machines that are up (or ready, when stopped) on return. */
export function addMachines(cluster: Cluster, plans: readonly MachinePlan[]): void {
  for (const plan of plans) addMachine(cluster, plan);
  settleMachines(cluster, plans);
  releaseMachines(cluster, plans);
  recordWrites(cluster, plans);
  useClaims(cluster, plans.filter((plan) => plan.isRunning === false && plan.isNew !== true).flatMap((plan) => claimsOfMachine(cluster, plan.name, plan.namespace)));
  cluster.clock.advance(10_000);
}

/** Lets cluster time pass until something holds; throws, with what it waited for, when it does not within `limit`. */
export function advanceUntil(cluster: Cluster, what: string, holds: () => boolean, limit = 3_600_000): void {
  for (let passed = 0; !holds(); passed += 500) {
    if (passed >= limit) throw new Error(`never came about: ${what}`);
    cluster.clock.advance(500);
  }
}

export function volumeNamed(cluster: Cluster, name: string): Volume | undefined {
  return cluster.store.get(LH.volume, key(name)) as Volume | undefined;
}

export function volumeFor(cluster: Cluster, machine: string, disk = 0): Volume {
  const volume = volumeNamed(cluster, volumeOfMachine(cluster, machine, disk));
  if (volume === undefined) throw new Error(`machine ${machine} has no volume`);
  return volume;
}

export function replicasFor(cluster: Cluster, volume: string): Replica[] {
  return cluster.store.list(LH.replica, { labels: { longhornvolume: volume } }) as Replica[];
}

export function engineFor(cluster: Cluster, volume: string): Engine | undefined {
  return (cluster.store.list(LH.engine, { labels: { longhornvolume: volume } }) as Engine[]).find((engine) => engine.spec.active);
}

/** Percent of the running rebuild, or null. */
export function rebuildProgress(cluster: Cluster, volume: string): number | null {
  const running = Object.values(engineFor(cluster, volume)?.status.rebuildStatus ?? {}).find((entry) => entry.isRebuilding);
  return running?.progress ?? null;
}

/** Waits for the rebuild of a volume to be under way at `percent` or more. */
export function advanceToRebuild(cluster: Cluster, volume: string, percent = 1): void {
  advanceUntil(cluster, `rebuild of ${volume}`, () => (rebuildProgress(cluster, volume) ?? -1) >= percent);
}

/** Halts a machine and waits for its volumes to be detached. */
export function stopMachine(cluster: Cluster, name: string): void {
  cluster.store.edit('kubevirt.io.virtualmachine', `default/${name}`, (draft) => { Object.assign(draft.spec ?? {}, { runStrategy: 'Halted' }); });
  const volume = volumeOfMachine(cluster, name);
  advanceUntil(cluster, `${name} stopped`, () => volumeNamed(cluster, volume)?.status.state === 'detached');
}
