import { findCondition, parseConditions } from '../kube/conditions';
import { asArray, asFlag, asObject, asText } from '../kube/fields';
import { parseMeta } from '../kube/metadata';
import { parseQuantity } from '../kube/quantities';
import type { RawObject } from '../kube/types';
import type { KubeNodeRecord } from './types';

/** Label that keeps the v2 engine off a node; longhorn-manager `types.NodeDisableV2DataEngineLabelKey`. */
export const DISABLE_V2_LABEL = 'node.longhorn.io/disable-v2-data-engine';
export const WITNESS_LABEL = 'node-role.harvesterhci.io/witness';

/** A Kubernetes `Node` as a small frozen record. `isReady` is null while the kubelet has said nothing; huge pages are bytes of 2 MiB pages. Never throws. */
export function parseKubeNode(raw: RawObject): KubeNodeRecord {
  const spec = asObject(raw.spec);
  const status = asObject(raw.status);
  const meta = parseMeta(raw);
  const conditions = parseConditions(status.conditions);
  const ready = findCondition(conditions, 'Ready');

  return Object.freeze({
    meta,
    // A node whose kubelet went silent reports `Unknown`: it is not ready.
    isReady: ready ? ready.status === 'True' : null,
    isCordoned: asFlag(spec.unschedulable) ||
      asArray(spec.taints).map(asObject).some(taint => asText(taint.key) === 'node.kubernetes.io/unschedulable'),
    isWitness: isWitness(meta.labels[WITNESS_LABEL]),
    isV2Disabled: meta.labels[DISABLE_V2_LABEL] === 'true',
    hugepages: parseQuantity(asObject(status.capacity)['hugepages-2Mi']),
    zone: meta.labels['topology.kubernetes.io/zone'] ?? '',
    conditions
  });
}

/** Role labels count by presence; Harvester writes "true". */
function isWitness(label: string | undefined): boolean {
  return label !== undefined && label !== 'false';
}
