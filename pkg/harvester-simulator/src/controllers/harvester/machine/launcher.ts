import type { Cluster, Fields, KubeObject } from '../../../contract';
import { parseQuantity } from '../support/quantity';
import { ensurePod } from '../support/pods';
import { claimNameOf, isHotpluggable, volumesOf } from './machine';

/** Harvester's default overcommit: a VM asks the scheduler for a fraction of what it may use. */
const CPU_OVERCOMMIT = 16;
const MEMORY_OVERCOMMIT = 1.5;
const MEMORY_OVERHEAD = 240 * 1024 * 1024;

/** Guest memory in bytes. */
export function guestMemory(spec: Fields): number {
  const memory = parseQuantity(spec.domain?.memory?.guest ?? spec.domain?.resources?.limits?.memory ?? spec.domain?.resources?.requests?.memory ?? '1Gi');
  return Number.isFinite(memory) ? memory : 1024 ** 3;
}

export function guestCores(spec: Fields): number {
  const { cores = 1, sockets = 1, threads = 1 } = (spec.domain?.cpu ?? {}) as { cores?: number; sockets?: number; threads?: number };
  return cores * sockets * threads;
}

function requestsOf(spec: Fields): { cpu: string; memory: string } {
  return {
    cpu: `${Math.ceil((guestCores(spec) * 1000) / CPU_OVERCOMMIT)}m`,
    memory: String(Math.ceil(guestMemory(spec) / MEMORY_OVERCOMMIT) + MEMORY_OVERHEAD)
  };
}

/** Secrets without which the launcher does not start: the form posts the cloud-init secret after the VM. */
function secretsOf(spec: Fields): string[] {
  const names = volumesOf(spec).flatMap((volume) => {
    const cloudInit = volume.cloudInitNoCloud ?? volume.cloudInitConfigDrive;
    return [cloudInit?.secretRef?.name, cloudInit?.networkDataSecretRef?.name];
  });
  const credentials = (spec.accessCredentials ?? []) as { sshPublicKey?: { source?: { secret?: { secretName?: string } } }; userPassword?: { source?: { secret?: { secretName?: string } } } }[];
  for (const { sshPublicKey, userPassword } of credentials) names.push(sshPublicKey?.source?.secret?.secretName, userPassword?.source?.secret?.secretName);
  return [...new Set(names.filter((name): name is string => name !== undefined))];
}

export interface LauncherOptions {
  /** Node the pod must not land on: the source of a migration. */
  avoid?: string;
  nodeSelector?: Record<string, string>;
  annotations?: Record<string, string>;
  /** Hot-plugged claims too: a migration target needs all of them at once. */
  withHotplugged?: boolean;
  /** Volume name -> claim to mount instead of its own: where a disk moves to. */
  claims?: ReadonlyMap<string, string>;
}

/** Starts a `virt-launcher-<name>-xxxxx` pod for an instance. */
export function createLauncher(cluster: Cluster, vmi: KubeObject, options: LauncherOptions = {}): KubeObject {
  const spec = vmi.spec ?? {};
  const claims = volumesOf(spec).filter((volume) => options.withHotplugged === true || !isHotpluggable(volume));
  const avoidance = options.avoid === undefined ? undefined : { key: 'kubernetes.io/hostname', operator: 'NotIn', values: [options.avoid] };
  return ensurePod(cluster, {
    name: `virt-launcher-${vmi.metadata.name}-${cluster.random.lower(5)}`,
    namespace: vmi.metadata.namespace ?? 'default',
    labels: {
      'kubevirt.io': 'virt-launcher',
      'kubevirt.io/created-by': vmi.metadata.uid ?? '',
      'vm.kubevirt.io/name': vmi.metadata.name,
      'harvesterhci.io/vmName': vmi.metadata.name
    },
    annotations: { 'kubevirt.io/domain': vmi.metadata.name, ...options.annotations },
    owner: vmi,
    container: { name: 'compute', image: 'registry.suse.com/suse/sles/15.7/virt-launcher:1.7.0' },
    requests: requestsOf(spec),
    claims: claims.flatMap((volume) => {
      const claimName = options.claims?.get(volume.name) ?? claimNameOf(volume);
      return claimName === undefined ? [] : [{ name: volume.name, claimName }];
    }),
    secrets: secretsOf(spec),
    nodeSelector: { ...(spec.nodeSelector as Record<string, string> | undefined), ...options.nodeSelector },
    affinity: withAvoidance(spec.affinity as Fields | undefined, avoidance)
  });
}

/** Adds a requirement to every alternative of the node affinity. */
function withAvoidance(affinity: Fields | undefined, avoidance: Fields | undefined): Fields | undefined {
  if (avoidance === undefined) return affinity;
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution as { nodeSelectorTerms?: { matchExpressions?: Fields[] }[] } | undefined;
  const terms = required?.nodeSelectorTerms?.length ? required.nodeSelectorTerms : [{}];
  return {
    ...affinity,
    nodeAffinity: {
      ...(affinity?.nodeAffinity as object | undefined),
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms.map((term) => ({ ...term, matchExpressions: [...(term.matchExpressions ?? []), avoidance] })) }
    }
  };
}
