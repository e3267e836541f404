import { formatBytes } from '@/components/format';
import type { PersistentVolumeClaimRecord, VirtualMachineRecord } from '@/domain/harvester/types';
import type { DegradedPhase, VolumeVerdict } from '@/domain/health/types';
import { KIND } from '@/domain/kube/kinds';
import { longhornId } from '@/domain/kube/names';
import type { VolumeRecord } from '@/domain/longhorn/types';
import type { ClusterView } from '@/domain/view';
import { bootsFrom } from '../volume-detail/machine';

/** The tiles of the page. Every volume is in exactly one. */
export const TILES = ['critical', 'stuck', 'blocked', 'waiting', 'rebuilding', 'unknown', 'transition', 'stopped', 'healthy'] as const;
export type Tile = (typeof TILES)[number];

const TILE_OF_PHASE: Readonly<Record<DegradedPhase, Tile>> = {
  stuck: 'stuck', flapping: 'stuck', blocked: 'blocked', 'by-design': 'blocked', waiting: 'waiting', paused: 'waiting',
  queued: 'rebuilding', starting: 'rebuilding', rebuilding: 'rebuilding'
};

export function tileOf(verdict: Pick<VolumeVerdict, 'level' | 'phase'>): Tile {
  if (verdict.level !== 'degraded') {
    return verdict.level;
  }
  return verdict.phase ? TILE_OF_PHASE[verdict.phase] : 'waiting';
}

/** One line of the table. Plain values only: what it shows, what it sorts by, what it is found by. */
export interface HealthRow {
  /** Longhorn volume name. */
  readonly id: string;
  readonly verdict: VolumeVerdict;
  readonly volume: VolumeRecord | undefined;
  readonly claim: PersistentVolumeClaimRecord | undefined;
  readonly machines: readonly VirtualMachineRecord[];
  readonly tile: Tile;
  /** Claim name, else volume name. */
  readonly title: string;
  readonly namespace: string;
  readonly className: string;
  readonly engine: string;
  /** Where it is attached; ''. */
  readonly node: string;
  /** Hosts it has to do with: where it is attached, and where its replicas are; each once. */
  readonly hosts: readonly string[];
  readonly size: number | null;
  readonly isBoot: boolean;
  readonly isGolden: boolean;
  /** Lower-case text that the search box looks through; the cause's words are added by the page, where it knows them. */
  readonly haystack: string;
  /** `title` made comparable by `<`: lower case, numbers padded. */
  readonly titleKey: string;
  readonly machineKey: string;
}

/** Text that compares by `<` the way people count: `disk-2` before `disk-10`. Precomputed, because collation is slow. */
export function naturalKey(text: string): string {
  return text.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(12, '0'));
}

export function buildRow(view: ClusterView, verdict: VolumeVerdict): HealthRow {
  const id = verdict.volumeName;
  const volume = view.get(KIND.volume, longhornId(id));
  const claim = view.claimOfVolume(id);
  const machines = claim ? view.machinesOfClaim(claim.meta.id) : [];
  const title = claim?.meta.name ?? volume?.pvcName ?? '';
  const [machine] = machines;
  const node = volume?.currentNodeId || '';
  const namespace = claim?.meta.namespace ?? volume?.pvcNamespace ?? '';

  return {
    id, verdict, volume, claim, machines,
    tile: tileOf(verdict),
    title: title || id,
    namespace,
    className: claim?.storageClassName ?? '',
    engine: volume?.dataEngine ?? 'unknown',
    node,
    hosts: [...new Set([node, ...verdict.replicas.map((replica) => replica.nodeName)])].filter((name) => name !== ''),
    size: volume?.size ?? null,
    isBoot: machine !== undefined && claim !== undefined && bootsFrom(machine, claim.meta.id),
    isGolden: claim?.isGoldenImage ?? false,
    haystack: `${title} ${id} ${namespace}/${title} ${machines.map((entry) => entry.meta.name).join(' ')} ${node} ${verdict.replicas.map((entry) => entry.nodeName).join(' ')} ${claim?.storageClassName ?? ''} ${verdict.headline.code} ${formatBytes(volume?.size, 'en-us')}`.toLowerCase(),
    titleKey: naturalKey(title || id),
    machineKey: machine ? naturalKey(machine.meta.name) : ''
  };
}

/** Whether nothing that a row is made from has changed: then there is no need to make it again to see that. */
export function isMadeFrom(row: HealthRow, view: ClusterView, verdict: VolumeVerdict): boolean {
  const volume = view.get(KIND.volume, longhornId(row.id));
  const claim = view.claimOfVolume(row.id);
  const machines = claim ? view.machinesOfClaim(claim.meta.id) : [];

  return row.verdict === verdict && row.claim === claim && isSameVolume(row.volume, volume) &&
    row.machines.length === machines.length && row.machines.every((machine, index) => machine === machines[index]);
}

/** Volumes report their actual size all the time; a row shows none of that. */
function isSameVolume(a: VolumeRecord | undefined, b: VolumeRecord | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && a.size === b.size && a.dataEngine === b.dataEngine && a.state === b.state && a.robustness === b.robustness &&
    a.currentNodeId === b.currentNodeId && a.pvcName === b.pvcName && a.pvcNamespace === b.pvcNamespace);
}

/** Whether two rows look alike, and are sorted, found and exported alike. Records change all the time in fields that no row shows. */
export function isSameRow(a: HealthRow, b: HealthRow): boolean {
  return a.verdict === b.verdict && a.haystack === b.haystack && a.size === b.size && a.engine === b.engine && a.isBoot === b.isBoot && a.isGolden === b.isGolden &&
    a.title === b.title && a.claim?.meta.id === b.claim?.meta.id && a.volume?.state === b.volume?.state && a.volume?.robustness === b.volume?.robustness &&
    a.machines.length === b.machines.length && a.machines.every((machine, index) => machine.meta.id === b.machines[index]?.meta.id);
}

/** Rows whose machine runs on one good replica although it wants more. */
export function isExposed(row: HealthRow): boolean {
  const { verdict } = row;

  return verdict.goodReplicas === 1 && (verdict.wantedReplicas ?? 0) > 1 && verdict.level !== 'stopped' && verdict.level !== 'unknown';
}
