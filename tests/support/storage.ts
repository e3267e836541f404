import type { Simulator } from '../../pkg/harvester-simulator/src/index';

export interface AttachedVolume {
  readonly name: string;
  /** `<ns>/<name>` of its claim. */
  readonly claimId: string;
  readonly machine: string;
  /** Node where the VM runs. */
  readonly node: string;
  /** Nodes that hold a replica and do not run the VM. */
  readonly otherNodes: readonly string[];
}

/** A running v2 volume of a cluster with a replica away from its VM. Throws when there is none. */
export function findAttachedVolume({ cluster: { store } }: Simulator, claimName = ''): AttachedVolume {
  for (const volume of store.list('longhorn.io.volume')) {
    const { kubernetesStatus, currentNodeID, state } = volume.status ?? {};
    const replicas = store.list('longhorn.io.replica').filter(({ spec }) => spec?.volumeName === volume.metadata.name);
    const otherNodes = replicas.map(({ spec }) => String(spec?.nodeID)).filter((node) => node && node !== currentNodeID);

    if (state === 'attached' && volume.spec?.dataEngine === 'v2' && otherNodes.length > 0 && (!claimName || kubernetesStatus?.pvcName === claimName)) {
      return {
        name: volume.metadata.name,
        claimId: `${ String(kubernetesStatus?.namespace) }/${ String(kubernetesStatus?.pvcName) }`,
        machine: String(kubernetesStatus?.workloadsStatus?.[0]?.workloadName ?? ''),
        node: String(currentNodeID),
        otherNodes
      };
    }
  }
  throw new Error('no attached v2 volume has a replica away from its machine');
}
