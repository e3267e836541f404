import type { ClusterView } from '../view';
import type { DegradedPhase, Level, VolumeVerdict } from './types';

/** Worst first: what a group of volumes is as a whole. */
const SEVERITY: Readonly<Record<Level, number>> = { critical: 0, degraded: 1, unknown: 2, transition: 3, stopped: 4, healthy: 5 };
/** All levels, worst first. */
export const SEVERITY_ORDER: readonly Level[] = ['critical', 'degraded', 'unknown', 'transition', 'stopped', 'healthy'];

/** Counts of a group of volumes, and its level: that of its worst member, `unknown` when it has none. */
export interface Rollup {
  readonly level: Level;
  readonly counts: Readonly<Record<Level, number>>;
  readonly total: number;
  /** Volumes that need an admin. */
  readonly attention: number;
  /** Volumes wanting several replicas that have one good one left. */
  readonly onLastCopy: number;
  /** Volumes being rebuilt. */
  readonly rebuilding: number;
  /** Degraded volumes by what is done about it. */
  readonly byPhase: Readonly<Partial<Record<DegradedPhase, number>>>;
  /** Stopped with fewer complete replicas than wanted. */
  readonly stoppedShort: number;
  /** Stopped, complete, and nobody has to do anything about it. */
  readonly stoppedCalm: number;
}

/** The worse of two levels. */
export function worseLevel(a: Level, b: Level): Level {
  return SEVERITY[a] <= SEVERITY[b] ? a : b;
}

class Tally {
  readonly counts: Record<Level, number> = { critical: 0, degraded: 0, unknown: 0, transition: 0, stopped: 0, healthy: 0 };
  total = 0;
  attention = 0;
  onLastCopy = 0;
  rebuilding = 0;
  readonly byPhase: Partial<Record<DegradedPhase, number>> = {};
  stoppedShort = 0;
  stoppedCalm = 0;

  add(verdict: VolumeVerdict, by: 1 | -1): void {
    this.counts[verdict.level] += by;
    this.total += by;
    if (verdict.needsAttention) this.attention += by;
    if (isOnLastCopy(verdict)) this.onLastCopy += by;
    if (verdict.rebuild !== null) this.rebuilding += by;
    if (verdict.level === 'degraded' && verdict.phase !== null) this.byPhase[verdict.phase] = (this.byPhase[verdict.phase] ?? 0) + by;
    if (verdict.level !== 'stopped') return;
    if (verdict.wantedReplicas !== null && verdict.goodReplicas < verdict.wantedReplicas) this.stoppedShort += by;
    else if (!verdict.needsAttention) this.stoppedCalm += by;
  }

  view(): Rollup {
    const level = SEVERITY_ORDER.find((candidate) => this.counts[candidate] > 0) ?? 'unknown';
    const { total, attention, onLastCopy, rebuilding, stoppedShort, stoppedCalm } = this;
    return { level, counts: { ...this.counts }, total, attention, onLastCopy, rebuilding, byPhase: { ...this.byPhase }, stoppedShort, stoppedCalm };
  }
}

/** One good replica is left of a volume that wants more. */
export function isOnLastCopy(verdict: VolumeVerdict): boolean {
  return verdict.wantedReplicas !== null && verdict.wantedReplicas > 1 && verdict.goodReplicas === 1;
}

/** The roll-up of some volumes, counted now. For groups kept current there is `createRollupIndex`. */
export function rollUp(verdicts: Iterable<VolumeVerdict>): Rollup {
  const tally = new Tally();
  for (const verdict of verdicts) tally.add(verdict, 1);
  return tally.view();
}

/** What a volume's roll-ups are keyed by. */
export type Scope = 'cluster' | 'node' | 'disk' | 'storageClass' | 'image' | 'machine';

/** The groups a volume belongs to, as `<scope>:<id>` keys: its nodes and disks, class, image and VMs. */
export function scopesOf(view: ClusterView, verdict: VolumeVerdict): readonly string[] {
  const keys = new Set<string>(['cluster:']);
  for (const replica of verdict.replicas) {
    if (replica.nodeName !== '') keys.add(`node:${replica.nodeName}`);
    if (replica.diskId !== '') keys.add(`disk:${replica.diskId}`);
  }
  const claim = view.claimOfVolume(verdict.volumeName);
  if (claim !== undefined) {
    if (claim.storageClassName !== '') keys.add(`storageClass:${claim.storageClassName}`);
    if (claim.imageId !== '') keys.add(`image:${claim.imageId}`);
    else if (claim.isGoldenImage) keys.add(`image:${claim.meta.id}`);
    for (const machine of view.machinesOfClaim(claim.meta.id)) keys.add(`machine:${machine.meta.id}`);
  }
  return [...keys];
}

/** The only group of those who ask for the whole cluster alone. */
export const WHOLE_CLUSTER: readonly string[] = ['cluster:'];

/** Roll-ups of all scopes, kept by difference: one changed volume costs the groups it is in, never a scan. */
export interface RollupIndex {
  /** Takes a volume's present verdict in place of its former one. */
  put(verdict: VolumeVerdict, scopes: readonly string[]): void;
  remove(volumeName: string): void;
  /** The roll-up of a group; that of no volumes when none belongs to it. */
  get(scope: Scope, id?: string): Rollup;
}

/** An empty index. */
export function createRollupIndex(): RollupIndex {
  const tallies = new Map<string, Tally>();
  const members = new Map<string, { readonly verdict: VolumeVerdict; readonly scopes: readonly string[] }>();

  function count(verdict: VolumeVerdict, scopes: readonly string[], by: 1 | -1): void {
    for (const key of scopes) {
      let tally = tallies.get(key);
      if (tally === undefined) tallies.set(key, (tally = new Tally()));
      tally.add(verdict, by);
      if (tally.total === 0) tallies.delete(key);
    }
  }
  function remove(volumeName: string): void {
    const member = members.get(volumeName);
    if (member === undefined) return;
    members.delete(volumeName);
    count(member.verdict, member.scopes, -1);
  }
  return {
    put(verdict, scopes) {
      remove(verdict.volumeName);
      members.set(verdict.volumeName, { verdict, scopes });
      count(verdict, scopes, 1);
    },
    remove,
    get: (scope, id = '') => (tallies.get(`${scope}:${id}`) ?? new Tally()).view()
  };
}

/** A VM's storage: its boot volume speaks first. */
export interface MachineHealth {
  readonly level: Level;
  /** Verdict of the disk it boots from; null when that is not a Longhorn volume or could not be found. */
  readonly boot: VolumeVerdict | null;
  readonly others: readonly VolumeVerdict[];
  /** Claims whose volume could not be found or judged: the VM can't be called healthy with one of them. */
  readonly unseenClaims: readonly string[];
}

/**
 * The storage of a VM. Boot disk: the lowest `bootOrder`, else the first disk, as KubeVirt boots. Without a single
 * volume that could be judged the level is `unknown`.
 */
export function judgeMachine(view: ClusterView, machineId: string, verdictOf: (volumeName: string) => VolumeVerdict | undefined): MachineHealth | null {
  const machine = view.get('kubevirt.io.virtualmachine', machineId);
  if (machine === undefined) return null;
  const disks = machine.disks.filter((disk) => disk.claimName !== '').sort((a, b) => (a.bootOrder ?? Number.MAX_SAFE_INTEGER) - (b.bootOrder ?? Number.MAX_SAFE_INTEGER));
  const others: VolumeVerdict[] = [];
  const unseenClaims: string[] = [];
  let boot: VolumeVerdict | null = null;
  let level: Level | null = null;
  // An install CD may come first in order; the disk that matters is the one that is installed on.
  const bootDisk = disks.find((disk) => disk.type !== 'cdrom') ?? disks[0];
  disks.forEach((disk) => {
    const claimId = `${machine.meta.namespace}/${disk.claimName}`;
    const volume = view.volumeOfClaim(claimId);
    const verdict = volume === undefined ? undefined : verdictOf(volume.meta.name);
    if (verdict === undefined) {
      unseenClaims.push(claimId);
      return;
    }
    if (disk === bootDisk) boot = verdict;
    else others.push(verdict);
    level = level === null ? verdict.level : worseLevel(level, verdict.level);
  });
  const seen: Level = level ?? 'unknown';
  return { level: unseenClaims.length === 0 ? seen : worseLevel(seen, 'unknown'), boot, others, unseenClaims };
}
