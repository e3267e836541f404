import { LONGHORN_PROVISIONER } from '../harvester/storage-class';
import type { HarvesterVersion } from '../harvester/types';
import { defaultCloneStrategy, supports } from '../harvester/version';
import { isDnsSubdomain } from '../kube/names';
import { CLONE_STRATEGY_ANNOTATION, SNAPSHOT_CLASS_ANNOTATION } from './classes';
import type { ObjectPlan, PlanProblem } from './types';

export interface ClassChoice {
  readonly name: string;
  readonly replicas: number;
  readonly isMigratable: boolean;
  readonly nodeSelector: readonly string[];
  readonly diskSelector: readonly string[];
}

/** What a new v2 class starts from: as many replicas as v2-capable nodes, at most 3, and live migration. */
export function suggestClass(usableNodes: number | null, takenNames: readonly string[]): ClassChoice {
  const replicas = Math.max(1, Math.min(3, usableNodes ?? 3));
  const names = [`longhorn-v2-r${replicas}`, ...Array.from({ length: 99 }, (_, index) => `longhorn-v2-r${replicas}-${index + 2}`)];

  return { name: names.find(name => !takenNames.includes(name)) ?? '', replicas, isMigratable: true, nodeSelector: [], diskSelector: [] };
}

/**
 * The v2 class to post. From 1.6 the clone strategy stands in annotations; the mutator that would add them may be down
 * (failurePolicy Ignore), so they are written out with the running version's own default. 1.5 keeps it elsewhere.
 */
export function planStorageClass(choice: ClassChoice, version: HarvesterVersion | null, takenNames: readonly string[] = []): ObjectPlan {
  const problems = checkClass(choice, takenNames);

  if (problems.length > 0) {
    return { body: null, problems };
  }

  const annotations = version !== null && supports(version, 'cdiClassAnnotations')
    ? { [CLONE_STRATEGY_ANNOTATION]: defaultCloneStrategy(version), [SNAPSHOT_CLASS_ANNOTATION]: 'longhorn-snapshot' }
    : {};

  return {
    problems,
    body: {
      type: 'storage.k8s.io.storageclass',
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: choice.name, annotations },
      provisioner: LONGHORN_PROVISIONER,
      allowVolumeExpansion: true,
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'Immediate',
      parameters: {
        dataEngine: 'v2',
        numberOfReplicas: String(choice.replicas),
        staleReplicaTimeout: '30',
        migratable: String(choice.isMigratable),
        encrypted: 'false',
        ...(choice.nodeSelector.length > 0 ? { nodeSelector: choice.nodeSelector.join(',') } : {}),
        ...(choice.diskSelector.length > 0 ? { diskSelector: choice.diskSelector.join(',') } : {})
      }
    }
  };
}

function checkClass(choice: ClassChoice, takenNames: readonly string[]): PlanProblem[] {
  const problems: PlanProblem[] = [];

  if (!isDnsSubdomain(choice.name)) {
    problems.push({ field: 'name', code: choice.name === '' ? 'name-required' : 'name-not-dns', params: {} });
  } else if (takenNames.includes(choice.name)) {
    problems.push({ field: 'name', code: 'name-taken', params: { name: choice.name } });
  }

  if (!Number.isInteger(choice.replicas) || choice.replicas < 1 || choice.replicas > 3) {
    problems.push({ field: 'replicas', code: 'replicas-range', params: {} });
  }

  return problems;
}
