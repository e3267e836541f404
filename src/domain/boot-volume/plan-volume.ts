import type { PersistentVolumeClaimRecord, StorageClassRecord } from '../harvester/types';
import { supports } from '../harvester/version';
import { findCondition } from '../kube/conditions';
import { KIND } from '../kube/kinds';
import { GIB, toGiQuantity } from '../kube/sizes';
import type { RawObject } from '../kube/types';
import type { ClusterView } from '../view';
import { engineOfClass, refuseClass } from './classes';
import { checkImageName } from './plan-image';
import { readServerVersion } from './server-version';
import type { PlanProblem } from './types';

interface PatchOperation { readonly op: 'test' | 'replace'; readonly path: string; readonly value: unknown }

export interface ExpansionPlan {
  /** JSON patch of the claim; null while there are problems. Refused by the server when somebody else changed it meanwhile. */
  readonly operations: readonly PatchOperation[] | null;
  readonly problems: readonly PlanProblem[];
}

/** Why a volume can't grow at all, whatever the size; null when it can. `field` is empty. */
export function refuseExpansion(view: ClusterView, claim: PersistentVolumeClaimRecord): PlanProblem | null {
  const problem = (code: string, params: PlanProblem['params'] = {}): PlanProblem => ({ field: '', code, params });
  const storageClass = view.get(KIND.storageClass, claim.storageClassName);
  const version = readServerVersion(view);
  const isV2 = view.volumeOfClaim(claim.meta.id)?.dataEngine === 'v2' || (storageClass !== undefined && engineOfClass(storageClass) === 'v2');

  if (claim.phase !== 'Bound') {
    return problem('expand-not-bound', { phase: claim.phase });
  }

  if (isV2 && version !== null && !supports(version, 'v2Expansion')) {
    return problem('expand-version', { version: version.text });
  }

  if (storageClass !== undefined && !storageClass.allowVolumeExpansion) {
    return problem('expand-class', { class: claim.storageClassName });
  }

  return findCondition(claim.conditions, 'Resizing')?.status === 'True' ? problem('expand-running') : null;
}

/** What to send to grow a claim to `size` bytes, in whole GiB. A volume never shrinks. */
export function planExpansion(view: ClusterView, claim: PersistentVolumeClaimRecord, size: number): ExpansionPlan {
  const refusal = refuseExpansion(view, claim);
  const present = Math.max(claim.requested ?? 0, claim.capacity ?? 0);
  const problems = refusal !== null ? [refusal] : size > present ? [] : [{ field: 'size', code: 'expand-not-larger', params: { minimumGiB: Math.floor(present / GIB) + 1 } }];

  return problems.length > 0 ? { operations: null, problems } : {
    problems,
    operations: [
      { op: 'test', path: '/metadata/resourceVersion', value: claim.meta.resourceVersion },
      { op: 'replace', path: '/spec/resources/requests/storage', value: toGiQuantity(size) }
    ]
  };
}

/** A class that an exported volume's image may go to, or why not. Words: `lhv2.boot.problem.<refusal>`. */
export interface ExportTarget {
  readonly name: string;
  readonly engine: 'v1' | 'v2';
  readonly refusal: 'export-v2-to-v1' | 'export-in-use' | null;
}

/**
 * Longhorn classes that an image of the volume may go to, v2 first. A volume of a CDI class can't become a v1 image, and
 * a v2 image is made of a volume at rest only (harvester `api/volume/handler.go`, `image/cdi/validate.go`).
 */
export function listExportTargets(view: ClusterView, claim: PersistentVolumeClaimRecord): readonly ExportTarget[] {
  const source = view.get(KIND.storageClass, claim.storageClassName);
  const isFromCdi = source !== undefined && engineOfClass(source) !== 'v1';
  const isInUse = view.machinesOfClaim(claim.meta.id).some(machine => view.get(KIND.virtualMachineInstance, machine.meta.id) !== undefined);

  return [...view.all(KIND.storageClass)].flatMap(record => {
    const engine = exportEngine(record);
    const refusal = engine === 'v1' && isFromCdi ? 'export-v2-to-v1' : engine === 'v2' && isInUse ? 'export-in-use' : null;

    return engine === null ? [] : [{ name: record.meta.name, engine, refusal } as const];
  }).sort((a, b) => b.engine.localeCompare(a.engine) || a.name.localeCompare(b.name));
}

/** Reserved, per-image and encrypted classes hold no images that people make; `harvester-longhorn` is v1 and does. */
function exportEngine(record: StorageClassRecord): ExportTarget['engine'] | null {
  const refusal = refuseClass(record);

  return refusal === null ? 'v2' : refusal === 'engine-v1' && record.parameters.encrypted !== 'true' && !['longhorn-static', 'vmstate-persistence'].includes(record.meta.name) ? 'v1' : null;
}

/** Body of the claim's `export` action, and what stands against it. The server chooses the backend by the class. */
export function planVolumeExport(claim: PersistentVolumeClaimRecord, displayName: string, target: ExportTarget | undefined, takenNames: readonly string[] | null): { readonly body: RawObject | null; readonly problems: readonly PlanProblem[] } {
  const problems = [
    ...checkImageName(displayName, takenNames),
    ...target === undefined ? [{ field: 'class', code: 'class-required', params: {} }] : target.refusal === null ? [] : [{ field: 'class', code: target.refusal, params: { class: target.name } }]
  ];

  return { problems, body: problems.length > 0 || target === undefined ? null : { displayName, namespace: claim.meta.namespace, storageClassName: target.name } };
}
