import { KIND } from '../kube/kinds';
import { ceilToGiB } from '../kube/sizes';
import { countFit, explainPlacement } from '../longhorn/placement';
import type { PlacementCode, PlacementRequest, PlacementResult } from '../longhorn/placement-types';
import type { ClusterView } from '../view';
import { describeHosts } from './fit-hosts';
import type { HostFit } from './fit-hosts';
import { labelDisk, listEligibleNodes } from './nodes';
import { promiseSpace, readDisks, withDisks } from './promised-space';
import type { Disks } from './promised-space';
import { unreadReason } from './reading';
import type { BootClass } from './types';

export interface FitRequest {
  readonly bootClass: Pick<BootClass, 'replicas' | 'nodeSelector' | 'diskSelector'>;
  /** Bytes of a golden image that is still to be made; null when it exists already or its size isn't known. */
  readonly imageSize: number | null;
  /** Bytes of one VM's root disk. */
  readonly machineSize: number;
  /** Bytes that each VM's disk holds as soon as it is made: those of the image; null when that isn't known. */
  readonly contentSize?: number | null;
  /** VMs wanted at once. */
  readonly instances: number;
}

/** One v2 disk, in bytes: what may be promised on it, what is, what this plan adds. */
export interface DiskFit {
  readonly nodeName: string;
  readonly diskName: string;
  /** What a person calls it: `nvme0n1` of `/dev/nvme0n1`; the name where the path says no more (a PCI address, a UUID). */
  readonly label: string;
  readonly limitBytes: number;
  readonly scheduledBytes: number;
  readonly plannedBytes: number;
  /** What is left to promise after the plan; negative never happens, replicas that don't fit are not planned. */
  readonly leftBytes: number;
  /** The plan goes no further because of this disk. */
  readonly isLimit: boolean;
  /** What keeps replicas off it is its free space, not what is promised on it. */
  readonly isFull: boolean;
}

export interface FitForecast {
  /** false: nodes and disks can't be read; everything below is empty. */
  readonly isKnown: boolean;
  readonly disks: readonly DiskFit[];
  /** Per host and disk: how many more of `hostsSize` bytes fit after the plan; of the image's size where the image does not fit. */
  readonly hosts: readonly HostFit[];
  readonly hostsSize: number;
  /** Whether every replica of the golden image finds a place; null when there is none to make. */
  readonly isImagePlaceable: boolean | null;
  /** Replicas that find no place, of the image when it does not fit, else of the first VM that does not. */
  readonly missingReplicas: number;
  /** VMs of `machineSize` that fit after the image, at most `COUNT_LIMIT`. */
  readonly machines: number;
  readonly fitsInstances: boolean;
  /** With one replica less, how many would fit; null when that is not more, or not possible. */
  readonly alternative: { readonly replicas: number; readonly machines: number } | null;
  /** The disk whose space is used up first; null when none is, or no other host takes a replica. */
  readonly limitedBy: { readonly nodeName: string; readonly label: string } | null;
}

/** Counting stops here: "1,000 or more". */
export const COUNT_LIMIT = 1000;

const UNKNOWN: FitForecast = Object.freeze({
  isKnown: false, disks: [], hosts: [], hostsSize: 0, isImagePlaceable: null, missingReplicas: 0, machines: 0, fitsInstances: false, alternative: null, limitedBy: null
});

/**
 * Whether the golden image fits, where its replicas would go, and how many VMs fit after it, by Longhorn's own
 * placement and over-provisioning rules. Each VM disk is a full copy with all its replicas; sizes are promised in full.
 */
export function forecastFit(view: ClusterView, request: FitRequest): FitForecast {
  if (unreadReason(view, KIND.longhornNode) !== null) {
    return UNKNOWN;
  }

  const demanded = demand(request, ceilToGiB(request.machineSize), request.contentSize ?? request.imageSize ?? 0);
  const start = readDisks(view);
  const imageDemand = request.imageSize === null ? null : demand(request, request.imageSize, request.imageSize);
  const image = imageDemand && explainPlacement(view, imageDemand);
  const isImagePlaceable = image === null ? null : image.chosen.length >= image.missing;
  const afterImage = image && imageDemand ? promiseSpace(start, image.chosen, imageDemand.size, imageDemand.size) : start;
  const machines = isImagePlaceable === false ? 0 : countFit(withDisks(view, afterImage), demanded, COUNT_LIMIT) ?? 0;
  const planned = withDisks(view, placeMachines(view, afterImage, demanded, Math.min(machines, request.instances)));
  const next = isImagePlaceable === false ? image : explainPlacement(planned, demanded);
  const isShort = isImagePlaceable === false || machines < request.instances;
  const isImageFirst = isImagePlaceable === false && imageDemand !== null;

  return {
    isKnown: true,
    disks: compareDisks(view, planned, demanded, isShort),
    hosts: isImageFirst ? describeHosts(view, imageDemand) : describeHosts(planned, demanded),
    hostsSize: isImageFirst ? imageDemand.size : demanded.size,
    isImagePlaceable,
    missingReplicas: isShort && next ? next.missing - next.chosen.length : 0,
    machines,
    fitsInstances: !isShort,
    alternative: findAlternative(view, request, machines),
    // A disk that takes no replica for another reason than space limits nothing.
    limitedBy: isShort && next?.limitedBy && LIMITS.includes(next.limitedBy.code) ? nameLimit(start, next.limitedBy) : null
  };
}

/** A plan counts what others have just been promised, and what its own disks will fill. */
function demand(request: FitRequest, size: number, writes: number): PlacementRequest {
  const { replicas, nodeSelector, diskSelector } = request.bootClass;

  return { size, replicas, engine: 'v2', nodeSelector, diskSelector, writes, countsInFlight: true };
}

// Beyond a handful of machines the picture per disk no longer changes anybody's mind.
const DRAWN_MACHINES = 100;

function placeMachines(view: ClusterView, disks: Disks, request: PlacementRequest, count: number): Disks {
  let current = disks;

  for (let index = 0; index < Math.min(count, DRAWN_MACHINES); index++) {
    current = promiseSpace(current, explainPlacement(withDisks(view, current), request).chosen, request.size, request.writes ?? 0);
  }

  return current;
}

// The others could not take this class's replicas however much room they had.
const COMPARED: readonly PlacementCode[] = ['ok', 'chosen', 'insufficient-allocatable', 'insufficient-free', 'disk-pressure', 'disk-holds-replica'];

const FULL: readonly PlacementCode[] = ['insufficient-free', 'disk-pressure'];
const LIMITS: readonly PlacementCode[] = [...FULL, 'insufficient-allocatable'];

function compareDisks(before: ClusterView, after: ClusterView, request: PlacementRequest, isShort: boolean): readonly DiskFit[] {
  const records = new Map([...readDisks(before).values()].flatMap(node => node.disks.map(disk => [`${node.meta.name}/${disk.name}`, disk] as const)));
  // What others have just been promised counts before as after: the plan is only what it adds.
  const promised = new Map(explainPlacement(before, request).nodes.flatMap(node => node.disks.map(disk => [`${disk.nodeName}/${disk.diskName}`, disk.scheduledBytes] as const)));
  const eligible = listEligibleNodes(after);

  return explainPlacement(after, request).nodes.filter(node => eligible?.includes(node.nodeName) ?? true).flatMap(node => node.disks.flatMap(disk => {
    const record = records.get(`${disk.nodeName}/${disk.diskName}`);

    if (record === undefined || disk.limitBytes === null || disk.type !== 'block' || !COMPARED.includes(disk.code)) {
      return [];
    }

    const was = promised.get(`${disk.nodeName}/${disk.diskName}`) ?? 0;
    const now = disk.scheduledBytes ?? 0;

    return [{
      nodeName: disk.nodeName,
      diskName: disk.diskName,
      label: labelDisk(record),
      limitBytes: disk.limitBytes,
      scheduledBytes: was,
      plannedBytes: now - was,
      leftBytes: Math.max(0, disk.limitBytes - now),
      isLimit: isShort && LIMITS.includes(disk.code),
      isFull: FULL.includes(disk.code)
    }];
  }));
}

function nameLimit(disks: Disks, limit: NonNullable<PlacementResult['limitedBy']>): FitForecast['limitedBy'] {
  const node = [...disks.values()].find(entry => entry.meta.name === limit.nodeName);
  const disk = node?.disks.find(entry => entry.name === limit.diskName);

  return { nodeName: limit.nodeName, label: disk ? labelDisk(disk) : limit.diskName };
}

function findAlternative(view: ClusterView, request: FitRequest, machines: number): FitForecast['alternative'] {
  const replicas = request.bootClass.replicas - 1;

  if (replicas < 1 || machines >= request.instances) {
    return null;
  }

  const fewer = { ...request, bootClass: { ...request.bootClass, replicas } };
  const image = request.imageSize === null ? null : explainPlacement(view, demand(fewer, request.imageSize, request.imageSize));

  if (image && image.chosen.length < image.missing) {
    return null;
  }

  const disks = readDisks(view);
  const after = image && request.imageSize !== null ? promiseSpace(disks, image.chosen, request.imageSize, request.imageSize) : disks;
  const count = countFit(withDisks(view, after), demand(fewer, ceilToGiB(request.machineSize), request.contentSize ?? request.imageSize ?? 0), COUNT_LIMIT) ?? 0;

  return count > machines ? { replicas, machines: count } : null;
}
