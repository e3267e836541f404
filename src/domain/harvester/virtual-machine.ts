import { parseConditions } from '../kube/conditions';
import { asArray, asFlag, asNumber, asObject, asText } from '../kube/fields';
import { parseMeta, parsePermitted } from '../kube/metadata';
import { parseQuantity } from '../kube/quantities';
import type { RawObject } from '../kube/types';
import type { VirtualMachineDisk, VirtualMachineRecord } from './types';

/** JSON list of the claims Harvester makes for the machine; the only place where a root disk's class is named. */
export const CLAIM_TEMPLATES_ANNOTATION = 'harvesterhci.io/volumeClaimTemplates';
export const IMAGE_ID_ANNOTATION = 'harvesterhci.io/imageId';

const DISK_TYPES = ['disk', 'cdrom', 'lun'] as const;

/**
 * A KubeVirt `VirtualMachine` as a small frozen record: its disks joined to their claims, and the claims Harvester is to
 * make for it. Claim templates that are not readable JSON read as none. Never throws.
 */
export function parseVirtualMachine(raw: RawObject): VirtualMachineRecord {
  const spec = asObject(raw.spec);
  const status = asObject(raw.status);
  const meta = parseMeta(raw);

  return Object.freeze({
    ...parsePermitted(raw),
    meta,
    runStrategy: asText(spec.runStrategy),
    printableStatus: asText(status.printableStatus),
    isReady: asFlag(status.ready),
    disks: parseDisks(asObject(asObject(spec.template).spec)),
    claimTemplates: parseClaimTemplates(meta.annotations[CLAIM_TEMPLATES_ANNOTATION] ?? ''),
    conditions: parseConditions(status.conditions)
  });
}

function parseDisks(machine: RawObject): readonly VirtualMachineDisk[] {
  const volumes = new Map(asArray(machine.volumes).map(asObject).map(volume => [asText(volume.name), volume]));
  const devices = asObject(asObject(machine.domain).devices);

  return Object.freeze(asArray(devices.disks).map(asObject).map(disk => {
    const type = DISK_TYPES.find(known => known in disk) ?? 'unknown';
    const volume = volumes.get(asText(disk.name)) ?? {};
    const claim = asObject(volume.persistentVolumeClaim);

    return Object.freeze({
      name: asText(disk.name),
      type,
      bus: asText(asObject(disk[type]).bus),
      bootOrder: asNumber(disk.bootOrder),
      claimName: asText(claim.claimName) || asText(asObject(volume.dataVolume).name),
      isHotplugged: asFlag(claim.hotpluggable) || asFlag(asObject(volume.dataVolume).hotpluggable)
    });
  }));
}

function parseClaimTemplates(text: string): VirtualMachineRecord['claimTemplates'] {
  return Object.freeze(asArray(parseJson(text)).map(asObject).map(template => {
    const metadata = asObject(template.metadata);
    const spec = asObject(template.spec);

    return Object.freeze({
      name: asText(metadata.name),
      imageId: asText(asObject(metadata.annotations)[IMAGE_ID_ANNOTATION]),
      storageClassName: asText(spec.storageClassName),
      storage: parseQuantity(asObject(asObject(spec.resources).requests).storage)
    });
  }));
}

function parseJson(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * The disk the machine boots from: the lowest `bootOrder`; without any, the first one. CD-ROMs come after disks, since
 * an ISO's blank disk is what stays. undefined when no disk has a claim (network boot, container disk).
 */
export function findBootDisk(machine: VirtualMachineRecord): VirtualMachineDisk | undefined {
  const rank = (disk: VirtualMachineDisk): number => (disk.type === 'cdrom' ? 1e6 : 0) + (disk.bootOrder ?? 1e5);

  return machine.disks
    .filter(disk => disk.claimName !== '')
    .reduce<VirtualMachineDisk | undefined>((best, disk) => best && rank(best) <= rank(disk) ? best : disk, undefined);
}
