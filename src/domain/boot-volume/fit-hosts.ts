import type { KubeNodeRecord } from '../harvester/types';
import { KIND } from '../kube/kinds';
import { explainPlacement } from '../longhorn/placement';
import type { NodePlacement, PlacementCode, PlacementRequest } from '../longhorn/placement-types';
import type { ClusterView } from '../view';
import { isEligibleNode, labelDisk } from './nodes';

/** How many more replicas of one size a v2 disk takes, or why it, or its host, takes none. */
export interface HostFit {
  readonly nodeName: string;
  /** What a person calls the disk; '' where the host as a whole takes no replica. */
  readonly label: string;
  /** Bytes that may still be promised here; null where that is not known, or where space is not what counts. */
  readonly freeBytes: number | null;
  /** Replicas of the size that fit here one after the other; null when that is not known. */
  readonly more: number | null;
  /** `ok`, or why none. Words: `lhv2.placement.<code>`. */
  readonly code: PlacementCode;
  readonly params: Readonly<Record<string, string | number>>;
}

// Where something else stands in the way, no byte is free for this request.
const ABOUT_SPACE: readonly PlacementCode[] = ['ok', 'chosen', 'insufficient-allocatable', 'insufficient-free', 'disk-pressure'];

/**
 * Every host and its v2 disks: how many more replicas of the request's size fit there by Longhorn's placement rules, or
 * why none. A VM's replicas are spread over hosts, so the rows do not add up to VMs.
 */
export function describeHosts(view: ClusterView, request: PlacementRequest): readonly HostFit[] {
  const records = new Map([...view.all(KIND.longhornNode)].flatMap(node => node.disks.map(disk => [`${node.meta.name}/${disk.name}`, disk] as const)));

  return explainPlacement(view, request).nodes.flatMap((node): readonly HostFit[] => {
    const kubeNode = view.get(KIND.node, node.nodeName);
    const disks = node.disks.filter(disk => disk.code !== 'wrong-disk-type');
    const refusal = isRefusing(node) || disks.length === 0 ? node : kubeNode && whyOutside(kubeNode);

    if (kubeNode?.isWitness) {
      return [];
    }

    return refusal ? [{ nodeName: node.nodeName, label: '', freeBytes: null, more: 0, code: refusal.code, params: refusal.params }] : disks.map(disk => {
      const record = records.get(`${disk.nodeName}/${disk.diskName}`);

      return {
        nodeName: disk.nodeName, label: record === undefined ? disk.diskName : labelDisk(record), freeBytes: ABOUT_SPACE.includes(disk.code) ? disk.allocatableBytes : null,
        more: disk.fits, code: disk.code === 'chosen' ? 'ok' : disk.code, params: disk.params
      };
    });
  });
}

/** What the node says itself, whatever its disks would take. */
function isRefusing(node: NodePlacement): boolean {
  return node.code !== 'ok' && node.code !== 'chosen' && !node.disks.some(disk => disk.code === node.code);
}

/** Why a plan leaves out a node that Longhorn itself would use; null where it doesn't. */
function whyOutside(node: KubeNodeRecord): Pick<HostFit, 'code' | 'params'> | null {
  if (isEligibleNode(node)) {
    return null;
  }
  if (node.isCordoned) {
    return { code: 'node-cordoned', params: {} };
  }

  return node.meta.deletedAt !== null ? { code: 'deleting', params: {} } : { code: 'node-not-ready', params: { reason: 'NotReady' } };
}
