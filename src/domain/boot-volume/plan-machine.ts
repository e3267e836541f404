import { isIsoImage } from '../harvester/image';
import type { ImageRecord } from '../harvester/types';
import { CLAIM_TEMPLATES_ANNOTATION, IMAGE_ID_ANNOTATION } from '../harvester/virtual-machine';
import { isDnsLabel } from '../kube/names';
import { GIB, toGiQuantity } from '../kube/sizes';
import type { RawObject } from '../kube/types';
import { checkUserData, cloudInitVolume, composeUserData } from './cloud-init';
import type { BootClass, PlanProblem } from './types';

export interface MachineChoice {
  readonly namespace: string;
  readonly name: string;
  readonly instances: number;
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
  readonly image: ImageRecord | null;
  /** Class of the root disk when it is not the image's own: the blank disk of an ISO install, or a class override. */
  readonly bootClass: BootClass | null;
  /** Class of an ISO install's blank disk while the option is off. */
  readonly plainClassName: string;
  /** Bytes of the root disk. */
  readonly rootSize: number;
  /** Blank v2 disks beside it. */
  readonly extraDisks: readonly ExtraDisk[];
  readonly sshKey: string;
  readonly userData: string;
  readonly startAfterCreate: boolean;
  /** Names of VMs in the namespace; null when they can't be read. */
  readonly takenNames: readonly string[] | null;
}

/** A blank disk beside the root disk. */
export interface ExtraDisk {
  readonly bootClass: BootClass | null;
  /** Bytes. */
  readonly size: number;
}

export interface PlannedMachine {
  readonly name: string;
  readonly body: RawObject;
  /** The secret to post once the VM exists (`planCloudInitSecret`); null without user data. */
  readonly cloudInit: { readonly secretName: string; readonly userData: string } | null;
}

export interface MachinePlan {
  /** One per instance; empty while there are problems. */
  readonly machines: readonly PlannedMachine[];
  readonly problems: readonly PlanProblem[];
}

/** Five random lower-case letters per claim; the domain makes no randomness of its own. */
export type Suffix = (index: number) => string;

const LIMIT = 100;

/**
 * The VMs to post, as Harvester's own form writes them: no dataVolumeTemplates, the claims in an annotation, the
 * root disk's class and image there (harvester-ui-extension `mixins/harvester-vm`). Sizes are whole GiB, never below
 * the image's virtual size; an ISO goes on a CD-ROM beside a blank root disk.
 */
export function planBootMachine(choice: MachineChoice, suffix: Suffix): MachinePlan {
  const problems = checkMachine(choice);

  if (problems.length > 0 || choice.image === null) {
    return { machines: [], problems };
  }

  const { image } = choice;

  return {
    problems,
    machines: instanceNames(choice.name, choice.instances).map((name, index) => composeMachine(choice, image, name, suffix(index)))
  };
}

/** `name` alone, or `name-01`, `name-02`… as Harvester numbers several instances. */
export function instanceNames(name: string, instances: number): readonly string[] {
  if (instances <= 1) {
    return [name];
  }

  const join = name.endsWith('-') ? '' : '-';

  return Array.from({ length: instances }, (_, index) => `${name}${join}${String(index + 1).padStart(2, '0')}`);
}

/** Class the root disk will have: the chosen one, else the image's own; a blank disk has no image to follow. */
export function rootClassName(choice: Pick<MachineChoice, 'image' | 'bootClass' | 'plainClassName'>): string {
  if (choice.bootClass !== null) {
    return choice.bootClass.name;
  }

  return choice.image !== null && !isIsoImage(choice.image) ? choice.image.storageClassName : choice.plainClassName;
}

interface Disk {
  readonly name: string;
  readonly template: RawObject;
  readonly device: RawObject;
}

function composeMachine(choice: MachineChoice, image: ImageRecord, name: string, suffix: string): PlannedMachine {
  const userData = composeUserData(choice.userData, choice.sshKey);
  const secretName = userData === '' ? '' : `${name}-${suffix}`;

  return { name, body: composeBody(choice, image, name, suffix, secretName), cloudInit: secretName === '' ? null : { secretName, userData } };
}

function composeBody(choice: MachineChoice, image: ImageRecord, name: string, suffix: string, secretName: string): RawObject {
  const disks = composeDisks(choice, image, name, suffix);
  const claims = disks.map(disk => ({ name: disk.name, persistentVolumeClaim: { claimName: claimName(name, disk.name, suffix) } }));
  const cloudInit = secretName === '' ? [] : [cloudInitVolume(secretName)];

  return {
    type: 'kubevirt.io.virtualmachine',
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachine',
    metadata: {
      namespace: choice.namespace,
      name,
      annotations: {
        [CLAIM_TEMPLATES_ANNOTATION]: JSON.stringify(disks.map(disk => disk.template)),
        'network.harvesterhci.io/ips': '[]'
      },
      labels: { 'harvesterhci.io/creator': 'harvester' }
    },
    spec: {
      runStrategy: choice.startAfterCreate ? 'RerunOnFailure' : 'Halted',
      template: {
        metadata: { annotations: { 'harvesterhci.io/sshNames': '[]' }, labels: { 'harvesterhci.io/vmName': name } },
        spec: {
          evictionStrategy: 'LiveMigrateIfPossible',
          hostname: name,
          networks: [{ name: 'default', pod: {} }],
          volumes: [...claims, ...cloudInit],
          affinity: {},
          domain: {
            machine: { type: '' },
            cpu: { cores: choice.cores, sockets: 1, threads: 1 },
            resources: { limits: { memory: quantityOfMemory(choice.memory), cpu: String(choice.cores) } },
            features: { acpi: { enabled: true } },
            devices: {
              inputs: [{ bus: 'usb', name: 'tablet', type: 'tablet' }],
              interfaces: [{ masquerade: {}, model: 'virtio', name: 'default' }],
              disks: [
                ...disks.map((disk, index) => ({ name: disk.name, ...disk.device, bootOrder: index + 1 })),
                ...cloudInit.map(volume => ({ name: volume.name, disk: { bus: 'virtio' } }))
              ]
            }
          }
        }
      }
    }
  };
}

function composeDisks(choice: MachineChoice, image: ImageRecord, name: string, suffix: string): readonly Disk[] {
  const root = { disk: { bus: 'virtio' } };
  const className = rootClassName(choice);
  const modes = { accessModes: choice.bootClass?.accessModes ?? ['ReadWriteMany'], volumeMode: choice.bootClass?.volumeMode ?? 'Block' };

  const extras = choice.extraDisks.map((extra, index): Disk => {
    const disk = `disk-${index + 1}`;

    // Nobody corrects the modes of a disk without an image: Longhorn attaches no block volume as RWX that cannot migrate.
    return { name: disk, device: root, template: composeClaim(claimName(name, disk, suffix), '', extra.size, extra.bootClass?.name ?? '', { accessModes: extra.bootClass?.accessModes ?? [], volumeMode: extra.bootClass?.volumeMode ?? 'Block' }) };
  });

  if (!isIsoImage(image)) {
    return [{ name: 'disk-0', device: root, template: composeClaim(claimName(name, 'disk-0', suffix), image.meta.id, choice.rootSize, className, modes) }, ...extras];
  }

  return [
    {
      name: 'cdrom-disk',
      device: { cdrom: { bus: 'sata' } },
      template: composeClaim(claimName(name, 'cdrom-disk', suffix), image.meta.id, image.virtualSize ?? GIB, image.storageClassName, { accessModes: ['ReadWriteMany'], volumeMode: 'Block' })
    },
    { name: 'rootdisk', device: root, template: composeClaim(claimName(name, 'rootdisk', suffix), '', choice.rootSize, className, modes) },
    ...extras
  ];
}

function composeClaim(name: string, imageId: string, size: number, storageClassName: string, modes: { readonly accessModes: readonly string[]; readonly volumeMode: string }): RawObject {
  return {
    metadata: { name, annotations: imageId === '' ? {} : { [IMAGE_ID_ANNOTATION]: imageId } },
    spec: { accessModes: modes.accessModes, resources: { requests: { storage: toGiQuantity(size) } }, volumeMode: modes.volumeMode, storageClassName }
  };
}

function claimName(machine: string, disk: string, suffix: string): string {
  return `${machine}-${disk}-${suffix}`;
}

function quantityOfMemory(bytes: number): string {
  return bytes % GIB === 0 ? `${bytes / GIB}Gi` : `${Math.ceil(bytes / 2 ** 20)}Mi`;
}

function checkMachine(choice: MachineChoice): PlanProblem[] {
  const problem = (field: string, code: string, params: PlanProblem['params'] = {}): PlanProblem => ({ field, code, params });
  const problems: (PlanProblem | false)[] = [
    choice.namespace === '' && problem('namespace', 'namespace-required'),
    ...checkNames(choice),
    (!Number.isInteger(choice.instances) || choice.instances < 1 || choice.instances > LIMIT) && problem('instances', 'instances-range', { limit: LIMIT }),
    (!Number.isInteger(choice.cores) || choice.cores < 1) && problem('cpu', 'cpu-range'),
    !(choice.memory >= 2 ** 20) && problem('memory', 'memory-range'),
    choice.image === null && problem('image', 'image-required'),
    ...(choice.image === null ? [] : checkRoot(choice, choice.image)),
    ...checkExtraDisks(choice.extraDisks),
    ...checkUserData(choice.userData, choice.sshKey)
  ];

  return problems.filter(entry => entry !== false);
}

function checkNames(choice: MachineChoice): PlanProblem[] {
  if (choice.name === '') {
    return [{ field: 'name', code: 'name-required', params: {} }];
  }

  // Checked on the numbered names: they are what is posted.
  const names = instanceNames(choice.name, Math.min(Math.max(1, choice.instances), LIMIT));
  const taken = names.find(name => choice.takenNames?.includes(name));

  if (names.some(name => !isDnsLabel(name))) {
    return [{ field: 'name', code: 'name-not-dns', params: {} }];
  }

  return taken === undefined ? [] : [{ field: 'name', code: 'name-taken', params: { name: taken } }];
}

/** Problems of the extra disks; `field` is `extra-<index>`. */
function checkExtraDisks(disks: readonly ExtraDisk[]): PlanProblem[] {
  return disks.flatMap(({ bootClass, size }, index): PlanProblem[] => [
    ...size > 0 ? [] : [{ field: `extra-${index}`, code: 'size-required', params: {} }],
    ...bootClass === null ? [{ field: `extra-${index}`, code: 'class-required', params: {} }] : [],
    ...bootClass !== null && bootClass.refusal !== null ? [{ field: `extra-${index}`, code: 'class-refused', params: { name: bootClass.name } }] : []
  ]);
}

function checkRoot(choice: MachineChoice, image: ImageRecord): PlanProblem[] {
  const problems: PlanProblem[] = [];
  const isIso = isIsoImage(image);

  if (!(choice.rootSize > 0)) {
    problems.push({ field: 'size', code: 'size-required', params: {} });
  } else if (!isIso && image.virtualSize !== null && choice.rootSize < image.virtualSize) {
    problems.push({ field: 'size', code: 'size-below-image', params: { minimumGiB: Math.ceil(image.virtualSize / GIB) } });
  }

  if (choice.bootClass !== null && choice.bootClass.refusal !== null) {
    problems.push({ field: 'class', code: 'class-refused', params: { name: choice.bootClass.name } });
  }

  if (choice.bootClass !== null && image.backend !== 'cdi' && !isIso) {
    // The server makes such a disk from the per-image class; another class in the claim is refused or ignored.
    problems.push({ field: 'class', code: 'class-needs-cdi-image', params: { name: choice.bootClass.name } });
  }

  if (isIso && rootClassName(choice) === '') {
    problems.push({ field: 'class', code: 'class-required', params: {} });
  }

  // The disk or the CD-ROM made of it would land on the default class.
  if (image.storageClassName === '' && (isIso || rootClassName(choice) === '')) {
    problems.push({ field: 'image', code: 'image-without-class', params: {} });
  }

  return problems;
}
