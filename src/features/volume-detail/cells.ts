import type { CellKind, ReplicaCell } from '@/components/replica-cell';
import type { Shape, Tone } from '@/components/tone';
import type { ReplicaClass, ReplicaVerdict, VolumeVerdict } from '@/domain/health/types';
import { KIND } from '@/domain/kube/kinds';
import type { Inventory, Translate } from '@/stores/contract';
import type { Wording } from './words';

const LOOKS: Readonly<Record<ReplicaClass, { readonly kind: CellKind; readonly tone: Tone; readonly shape: Shape }>> = {
  healthy: { kind: 'good', tone: 'ok', shape: 'check' },
  rebuilding: { kind: 'rebuilding', tone: 'info', shape: 'cycle' },
  'rebuild-queued': { kind: 'starting', tone: 'info', shape: 'queue' },
  starting: { kind: 'starting', tone: 'info', shape: 'dots' },
  'migration-copy': { kind: 'starting', tone: 'info', shape: 'dots' },
  stopping: { kind: 'stopped', tone: 'unk', shape: 'dots' },
  failed: { kind: 'failed', tone: 'bad', shape: 'cross' },
  erroring: { kind: 'failed', tone: 'bad', shape: 'cross' },
  unreachable: { kind: 'unknown', tone: 'unk', shape: 'question' },
  unknown: { kind: 'unknown', tone: 'unk', shape: 'question' },
  'not-placed': { kind: 'missing', tone: 'unk', shape: 'dash' },
  removing: { kind: 'stopped', tone: 'unk', shape: 'dots' },
  'idle-complete': { kind: 'stopped', tone: 'unk', shape: 'square' },
  'idle-empty': { kind: 'missing', tone: 'unk', shape: 'dash' }
};

/** Tone and shape of a replica's class, for badges that name it. */
export function replicaLook(replica: Pick<ReplicaVerdict, 'class'>): { readonly tone: Tone; readonly shape: Shape } {
  return LOOKS[replica.class];
}

const marksOf = new WeakMap<object, { readonly names: string; readonly marks: ReadonlyMap<string, string> }>();

/**
 * One or two characters per node: the number its name ends with where these differ, else its place in the sorted list.
 * Kept per inventory, because every row asks.
 */
export function nodeMarks(inventory: Pick<Inventory, 'all'>): ReadonlyMap<string, string> {
  const names = [...inventory.all(KIND.longhornNode)].map((node) => node.meta.name);
  const joined = names.join(' ');
  const known = marksOf.get(inventory);

  if (known?.names === joined) {
    return known.marks;
  }
  names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const numbers = names.map((name) => /(\d{1,2})$/.exec(name)?.[1]?.replace(/^0(?=\d)/, '') ?? '');
  const areDistinct = !numbers.includes('') && new Set(numbers).size === names.length;
  const marks = new Map(names.map((name, index) => [name, areDistinct ? (numbers[index] ?? '') : String(index + 1)]));

  marksOf.set(inventory, { names: joined, marks });
  return marks;
}

/** `node-1 · nvme0`, or what is known of it. */
export function replicaPlace(t: Translate, replica: Pick<ReplicaVerdict, 'nodeName' | 'diskName'>, labelDisk = (_node: string, disk: string): string => disk): string {
  if (!replica.nodeName) {
    return t('lhv2.health.replicas.nowhere');
  }
  return replica.diskName ? t('lhv2.health.replicas.place', { node: replica.nodeName, disk: labelDisk(replica.nodeName, replica.diskName) }) : replica.nodeName;
}

/** By node, so that the same node stands at the same place in every strip; unplaced ones last. */
export function inNodeOrder(replicas: readonly ReplicaVerdict[]): readonly ReplicaVerdict[] {
  return replicas.length < 2 ? replicas : [...replicas].sort((a, b) => compareNodes(a.nodeName, b.nodeName));
}

function compareNodes(a: string, b: string): number {
  if (a === b || a === '' || b === '') {
    return a === b ? 0 : a === '' ? 1 : -1;
  }
  // `node-10` after `node-9`: shorter first is enough for numbered names, and far cheaper than collation.
  return a.length - b.length || (a < b ? -1 : 1);
}

/**
 * The strip of a verdict: its replicas, and an empty cell for each that is wanted but has no object. Replicas that are
 * only on their way out are left out, unless nothing else is there.
 */
export function replicaCells(wording: Pick<Wording, 't' | 'labelDisk'>, verdict: VolumeVerdict, marks: ReadonlyMap<string, string>): readonly ReplicaCell[] {
  const { t, labelDisk } = wording;
  const cells: ReplicaCell[] = inNodeOrder(verdict.replicas).map((replica) => {
    const look = LOOKS[replica.class];
    const percent = replica.class === 'rebuilding' && replica.rebuild ? Math.floor(replica.rebuild.percent) : null;
    const word = percent === null ? t(`lhv2.replica.${replica.class}`) : t('lhv2.health.replicas.rebuilding', { percent });

    return {
      key: replica.name,
      kind: look.kind,
      tone: look.tone,
      mark: marks.get(replica.nodeName) ?? '',
      shape: look.shape,
      label: t('lhv2.health.replicas.cell', { place: replicaPlace(t, replica, labelDisk), state: word }),
      percent
    };
  });
  const missing = Math.max(0, (verdict.wantedReplicas ?? 0) - cells.length);

  for (let index = 0; index < missing; index += 1) {
    cells.push({ key: `missing-${String(index)}`, kind: 'missing', tone: 'unk', mark: '', shape: 'dash', label: t('lhv2.health.replicas.missing'), percent: null });
  }
  return cells;
}
