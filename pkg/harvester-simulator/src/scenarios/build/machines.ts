import type { Cluster, KubeObject } from '../../contract';
import { recordWrittenBytes } from '../../controllers/longhorn';

const GIB = 2 ** 30;

export interface MachinePlan {
  name: string;
  namespace?: string;
  /** Image in `default` its root disk is made from; absent: a blank disk on `storageClass`. */
  image?: string;
  storageClass?: string;
  /** GiB of the root disk. */
  size?: number;
  /** GiB of further, blank disks on `storageClass`. */
  dataDisks?: number[];
  isRunning?: boolean;
  /** A stopped machine has run before, unless it is new. */
  isNew?: boolean;
  /** Node it starts on; it is free to move afterwards. */
  node?: string;
  cores?: number;
  memory?: string;
  /** GiB that the guest has written to the root disk. */
  written?: number;
}

function classOf(cluster: Cluster, plan: MachinePlan): string {
  if (plan.storageClass !== undefined) return plan.storageClass;
  const image = cluster.store.get('harvesterhci.io.virtualmachineimage', `default/${plan.image ?? ''}`);
  return String(image?.status?.storageClassName ?? 'harvester-longhorn');
}

const USER_DATA = '#cloud-config\npackage_update: true\npackages:\n  - qemu-guest-agent\nruncmd:\n  - - systemctl\n    - enable\n    - --now\n    - qemu-guest-agent.service\n';

/** The secret with a machine's cloud-init data: the form posts it right after the machine, which owns it. */
function addCloudInit(cluster: Cluster, machine: KubeObject, name: string): void {
  const { metadata: { namespace, name: owner, uid = '' }, apiVersion, kind } = machine;
  cluster.store.create('secret', {
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), labels: { 'harvesterhci.io/cloud-init-template': 'harvester' }, ownerReferences: [{ apiVersion, kind, name: owner, uid }] },
    type: 'secret',
    data: { userdata: Buffer.from(USER_DATA).toString('base64'), networkdata: '' }
  });
}

/** A VM as Harvester's form posts it; its claims, volumes and instance are made by the controllers. */
export function addMachine(cluster: Cluster, plan: MachinePlan): void {
  const namespace = plan.namespace ?? 'default';
  const storageClassName = classOf(cluster, plan);
  const sizes = [plan.size ?? 10, ...(plan.dataDisks ?? [])];
  const claims = sizes.map((_size, index) => `${plan.name}-disk-${String(index)}-${cluster.random.lower(5)}`);
  const templates = claims.map((name, index) => ({
    metadata: { name, annotations: index === 0 && plan.image !== undefined ? { 'harvesterhci.io/imageId': `default/${plan.image}` } : {} },
    spec: { accessModes: ['ReadWriteMany'], resources: { requests: { storage: `${String(sizes[index])}Gi` } }, volumeMode: 'Block', storageClassName }
  }));
  const cloudInit = `${plan.name}-${cluster.random.lower(5)}`;
  const machine = cluster.store.create('kubevirt.io.virtualmachine', {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachine',
    metadata: {
      name: plan.name,
      namespace,
      annotations: { 'harvesterhci.io/volumeClaimTemplates': JSON.stringify(templates), 'network.harvesterhci.io/ips': '[]', 'harvesterhci.io/vmRunStrategy': 'RerunOnFailure' },
      labels: { 'harvesterhci.io/creator': 'harvester', 'harvesterhci.io/os': 'linux' }
    },
    spec: {
      runStrategy: plan.isRunning === false ? 'Halted' : 'RerunOnFailure',
      template: {
        metadata: { annotations: { 'harvesterhci.io/sshNames': '[]' }, labels: { 'harvesterhci.io/vmName': plan.name } },
        spec: {
          affinity: {},
          domain: {
            cpu: { cores: plan.cores ?? 2, sockets: 1, threads: 1 },
            devices: { disks: [...claims.map((_claim, index) => ({ bootOrder: index + 1, disk: { bus: 'virtio' }, name: `disk-${String(index)}` })), { disk: { bus: 'virtio' }, name: 'cloudinitdisk' }], inputs: [{ bus: 'usb', name: 'tablet', type: 'tablet' }], interfaces: [{ masquerade: {}, model: 'virtio', name: 'default' }] },
            features: { acpi: { enabled: true } },
            machine: { type: 'q35' },
            memory: { guest: plan.memory ?? '4Gi' },
            resources: { limits: { cpu: String(plan.cores ?? 2), memory: plan.memory ?? '4Gi' } }
          },
          evictionStrategy: 'LiveMigrateIfPossible',
          hostname: plan.name,
          networks: [{ name: 'default', pod: {} }],
          ...(plan.node === undefined ? {} : { nodeSelector: { 'kubernetes.io/hostname': plan.node } }),
          volumes: [
            ...claims.map((claimName, index) => ({ name: `disk-${String(index)}`, persistentVolumeClaim: { claimName } })),
            { name: 'cloudinitdisk', cloudInitNoCloud: { secretRef: { name: cloudInit }, networkDataSecretRef: { name: cloudInit } } }
          ]
        }
      }
    }
  });
  addCloudInit(cluster, machine, cloudInit);
}

/** Claims of a machine's disks, the root disk first, as `<namespace>/<name>`. */
export function claimsOfMachine(cluster: Cluster, name: string, namespace = 'default'): string[] {
  const machine = cluster.store.get('kubevirt.io.virtualmachine', `${namespace}/${name}`);
  const templates = JSON.parse(machine?.metadata.annotations?.['harvesterhci.io/volumeClaimTemplates'] ?? '[]') as { metadata: { name: string } }[];
  return templates.map((template) => `${namespace}/${template.metadata.name}`);
}

/** Longhorn volume of a machine's disk; throws when it has none yet. */
export function volumeOfMachine(cluster: Cluster, name: string, disk = 0, namespace = 'default'): string {
  const claim = cluster.store.get('persistentvolumeclaim', claimsOfMachine(cluster, name, namespace)[disk] ?? '');
  const volume: unknown = claim?.spec?.volumeName;
  if (typeof volume !== 'string' || volume === '') throw new Error(`machine ${namespace}/${name} has no volume for disk ${String(disk)} yet`);
  return volume;
}

/** Says how much the guests of these machines have written so far. */
export function recordWrites(cluster: Cluster, plans: readonly MachinePlan[]): void {
  for (const plan of plans) if (plan.written !== undefined) recordWrittenBytes(cluster, volumeOfMachine(cluster, plan.name, 0, plan.namespace), plan.written * GIB);
}

/** Takes the node selectors away that put machines on their first nodes. */
export function releaseMachines(cluster: Cluster, plans: readonly MachinePlan[]): void {
  for (const plan of plans) {
    if (plan.node === undefined) continue;
    const at = `${plan.namespace ?? 'default'}/${plan.name}`;
    cluster.store.edit('kubevirt.io.virtualmachineinstance', at, (draft) => { delete draft.spec?.nodeSelector; });
    cluster.store.edit('kubevirt.io.virtualmachine', at, (draft) => { delete (draft.spec?.template as { spec: { nodeSelector?: unknown } }).spec.nodeSelector; });
  }
}

function isSettled(cluster: Cluster, plan: MachinePlan): boolean {
  const namespace = plan.namespace ?? 'default';
  const claims = claimsOfMachine(cluster, plan.name, namespace).map((claim) => cluster.store.get('persistentvolumeclaim', claim));
  if (claims.some((claim) => claim?.status?.phase !== 'Bound')) return false;
  const states = claims.map((claim) => cluster.store.get('longhorn.io.volume', `longhorn-system/${String(claim?.spec?.volumeName)}`)?.status);
  if (plan.isRunning === false) return states.every((status) => status?.state === 'detached');
  const instance = cluster.store.get('kubevirt.io.virtualmachineinstance', `${namespace}/${plan.name}`);
  return instance?.status?.phase === 'Running' && states.every((status) => status?.state === 'attached' && status.robustness !== 'unknown');
}

const STEP = 1_000;
/** Cluster time after which waiting for machines is given up: something of the scenario is wrong. */
const PATIENCE = 3_600_000;

/**
 * Lets cluster time pass until every machine runs with its disks attached (or, when stopped, has them ready).
 * @throws when that does not come about within an hour of cluster time.
 */
export function settleMachines(cluster: Cluster, plans: readonly MachinePlan[]): void {
  for (let passed = 0; ; passed += STEP) {
    const waiting = plans.filter((plan) => !isSettled(cluster, plan));
    if (waiting.length === 0) return;
    if (passed >= PATIENCE) throw new Error(`machines that never came up: ${waiting.map((plan) => plan.name).join(', ')}`);
    cluster.clock.advance(STEP);
  }
}
