import { LONGHORN_PROVISIONER, parseStorageClass } from '../harvester/storage-class';
import type { CloneStrategy, HarvesterVersion, StorageClassRecord, StorageProfileRecord } from '../harvester/types';
import { supports } from '../harvester/version';
import { asFlag } from '../kube/fields';
import { KIND } from '../kube/kinds';
import type { ClusterView } from '../view';
import { listDiskNodes } from './nodes';
import { readServerVersion } from './server-version';
import type { BootClass, ClassRefusal, ClassWarning } from './types';

export const CLONE_STRATEGY_ANNOTATION = 'cdi.harvesterhci.io/storageProfileCloneStrategy';
export const SNAPSHOT_CLASS_ANNOTATION = 'cdi.harvesterhci.io/storageProfileVolumeSnapshotClass';

const RESERVED_ANNOTATION = 'harvesterhci.io/is-reserved-storageclass';
const RESERVED_NAMES = ['vmstate-persistence', 'longhorn-static'];
const STRATEGIES: readonly CloneStrategy[] = ['copy', 'snapshot', 'csi-clone'];

/** The engine a Longhorn class makes volumes of; a class without `dataEngine` is v1, as in Harvester's own UI. */
export function engineOfClass(record: StorageClassRecord): 'v1' | 'v2' | null {
  if (record.provisioner !== LONGHORN_PROVISIONER) {
    return null;
  }

  return record.parameters.dataEngine === 'v2' ? 'v2' : 'v1';
}

/** Why boot volumes can't live in the class, or null when they can. The gravest reason first. */
export function refuseClass(record: StorageClassRecord): ClassRefusal | null {
  const { parameters, meta } = record;

  if (record.provisioner !== LONGHORN_PROVISIONER) {
    return 'not-longhorn';
  }

  if (parameters.backingImage) {
    return 'per-image';
  }

  if (engineOfClass(record) !== 'v2') {
    return 'engine-v1';
  }

  if (RESERVED_NAMES.includes(meta.name) || asFlag(meta.annotations[RESERVED_ANNOTATION])) {
    return 'reserved';
  }

  // A sharded volume can be neither cloned nor migrated.
  if (parameters['dataLayout.type'] === 'sharded' || parameters.dataLayout === 'sharded') {
    return 'sharded';
  }

  if (asFlag(parameters.encrypted?.toLowerCase())) {
    return 'encrypted';
  }

  return meta.deletedAt === null ? null : 'being-deleted';
}

/** One class as a home of boot volumes; never marked as recommended (see `listBootClasses`). */
export function classifyStorageClass(view: ClusterView, record: StorageClassRecord): BootClass {
  const profile = view.get(KIND.storageProfile, record.meta.name);
  const isMigratable = asFlag(record.parameters.migratable);
  const nodeSelector = splitTags(record.parameters.nodeSelector);
  const diskSelector = splitTags(record.parameters.diskSelector);
  const usableNodes = listDiskNodes(view, nodeSelector, diskSelector);
  const replicas = readReplicas(record);
  const cloneStrategy = effectiveCloneStrategy(record, profile);
  const claim = profile?.claimPropertySets[0];

  return Object.freeze({
    name: record.meta.name,
    record,
    refusal: refuseClass(record),
    warnings: Object.freeze(warnOfClass(record, { isMigratable, replicas, usableNodes, cloneStrategy, version: readServerVersion(view) })),
    replicas,
    isMigratable,
    isDefault: record.isDefault,
    isRecommended: false,
    cloneStrategy,
    accessModes: claim?.accessModes ?? [isMigratable ? 'ReadWriteMany' : 'ReadWriteOnce'],
    volumeMode: claim?.volumeMode ?? 'Block',
    nodeSelector,
    diskSelector,
    usableNodes
  });
}

/**
 * Every class that may be offered, best first, at most one of them recommended; the others with the reason why not.
 * Empty when there is none or classes can't be read (ask `readState` which).
 */
export function listBootClasses(view: ClusterView): { readonly offered: readonly BootClass[]; readonly refused: readonly BootClass[] } {
  const all = [...view.all(KIND.storageClass)].map(record => classifyStorageClass(view, record));
  const offered = all.filter(entry => entry.refusal === null).sort(compareClasses);
  const best = offered[0];

  return {
    offered: best && isRecommendable(best) ? [Object.freeze({ ...best, isRecommended: true }), ...offered.slice(1)] : offered,
    refused: all.filter(entry => entry.refusal !== null).sort((a, b) => a.name.localeCompare(b.name))
  };
}

/** The strategy CDI uses: the profile's, else the class's annotation, which Harvester copies there. */
function effectiveCloneStrategy(record: StorageClassRecord, profile: StorageProfileRecord | undefined): CloneStrategy {
  if (profile && profile.cloneStrategy !== 'unknown') {
    return profile.cloneStrategy;
  }

  return STRATEGIES.find(strategy => strategy === record.meta.annotations[CLONE_STRATEGY_ANNOTATION]) ?? 'unknown';
}

interface WarningInput {
  readonly isMigratable: boolean;
  readonly replicas: number;
  readonly usableNodes: readonly string[] | null;
  readonly cloneStrategy: CloneStrategy;
  readonly version: HarvesterVersion | null;
}

function warnOfClass(record: StorageClassRecord, input: WarningInput): ClassWarning[] {
  const isFastClone = input.cloneStrategy === 'csi-clone' || input.cloneStrategy === 'snapshot';
  const hasTooFewNodes = input.usableNodes !== null && input.usableNodes.length < input.replicas;

  return ([
    ['not-migratable', !input.isMigratable],
    ['clone-unsupported', isFastClone && input.version !== null && !supports(input.version, 'v2CsiClone')],
    // The clone waits for a healthy volume, which too few nodes never give.
    ['clone-may-hang', input.cloneStrategy === 'csi-clone' && hasTooFewNodes],
    ['too-few-nodes', hasTooFewNodes],
    ['single-replica', input.replicas === 1],
    ['waits-for-consumer', record.volumeBindingMode === 'WaitForFirstConsumer'],
    ['linked-clone', record.parameters.cloneMode === 'linked-clone'],
    ['not-expandable', !record.allowVolumeExpansion]
  ] satisfies [ClassWarning, boolean][]).filter(([, holds]) => holds).map(([code]) => code);
}

/** Fewest grave warnings, then most replicas, then the default mark, then the name. */
function compareClasses(a: BootClass, b: BootClass): number {
  return countGrave(a) - countGrave(b) || b.replicas - a.replicas || Number(b.isDefault) - Number(a.isDefault) || a.name.localeCompare(b.name);
}

const GRAVE: readonly ClassWarning[] = ['not-migratable', 'clone-unsupported', 'clone-may-hang', 'too-few-nodes', 'linked-clone'];

function countGrave(entry: BootClass): number {
  return entry.warnings.filter(warning => GRAVE.includes(warning)).length;
}

function isRecommendable(entry: BootClass): boolean {
  return countGrave(entry) === 0;
}

/** Longhorn's CSI driver takes a class without `numberOfReplicas` to the cluster's default, 3. */
function readReplicas(record: StorageClassRecord): number {
  const replicas = Number(record.parameters.numberOfReplicas);

  return Number.isInteger(replicas) && replicas > 0 ? replicas : 3;
}

function splitTags(text: string | undefined): readonly string[] {
  return Object.freeze((text ?? '').split(',').map(tag => tag.trim()).filter(tag => tag !== ''));
}

/** A class that can't be read but whose name the person gave: nothing is known of it, so nothing is promised. */
export function assumeBootClass(name: string): BootClass {
  const known = { name, record: parseStorageClass({ metadata: { name } }), accessModes: ['ReadWriteMany'], volumeMode: 'Block' };

  return Object.freeze({
    ...known, refusal: null, warnings: [], replicas: 3, isMigratable: true, isDefault: false, isRecommended: false,
    cloneStrategy: 'unknown', nodeSelector: [], diskSelector: [], usableNodes: null
  });
}
