import { isImageReady } from '../harvester/image';
import { effectiveValue, SETTING } from '../harvester/setting';
import type { ImageRecord } from '../harvester/types';
import { supports } from '../harvester/version';
import { KIND } from '../kube/kinds';
import { longhornId } from '../kube/names';
import { GIB } from '../kube/sizes';
import { hasRunningInstanceManager } from '../longhorn/node-status';
import type { ClusterView } from '../view';
import { classifyStorageClass } from './classes';
import { forecastFit } from './fit';
import { findHugepageShortage, labelDisk, listBlockDisks, listDiskNodes, listEligibleNodes } from './nodes';
import { checkMaker, unverified } from './readiness-cluster';
import { evidenceOf, firstUnread, unreadReason } from './reading';
import { readServerVersion } from './server-version';
import type { BootClass, ReadinessCheck } from './types';

const check = checkMaker('class');

/** Check 6: live migration needs a class made with it; the parameter can never be changed. */
export function checkMigratable(view: ClusterView, bootClass: BootClass): ReadinessCheck {
  const evidence = [evidenceOf(view, KIND.storageClass, bootClass.name, 'parameters.migratable', bootClass.record.parameters.migratable ?? null)];

  return bootClass.isMigratable
    ? check('migratable', 'ready', 'migratable-yes', {}, evidence)
    : check('migratable', 'warning', 'migratable-no', { class: bootClass.name }, evidence, 'create-migratable-class');
}

/** Check 7. */
export function checkBindingMode(view: ClusterView, bootClass: BootClass): ReadinessCheck {
  const mode = bootClass.record.volumeBindingMode;
  const evidence = [evidenceOf(view, KIND.storageClass, bootClass.name, 'volumeBindingMode', mode)];

  return mode === 'Immediate'
    ? check('binding-mode', 'ready', 'binds-at-once', {}, evidence)
    : check('binding-mode', 'warning', 'binds-late', { mode }, evidence, 'create-immediate-class');
}

/** Check 8: what CDI will do with the class, and whether this version's Longhorn can. */
export function checkClone(view: ClusterView, bootClass: BootClass): ReadinessCheck {
  const profile = view.get(KIND.storageProfile, bootClass.name);

  if (profile === undefined) {
    return unreadReason(view, KIND.storageProfile) === null
      ? check('clone', 'warning', 'profile-missing', { class: bootClass.name }, [], 'wait-for-profile')
      : unverified('clone', 'class', view, KIND.storageProfile);
  }

  const strategy = bootClass.cloneStrategy;
  const set = profile.claimPropertySets[0];
  const modes = `${set?.accessModes[0] ?? ''} ${set?.volumeMode ?? ''}`.trim();
  const version = readServerVersion(view);
  const params = { strategy, modes, class: bootClass.name, version: version?.text ?? '' };
  const evidence = [
    evidenceOf(view, KIND.storageProfile, bootClass.name, 'status.cloneStrategy', strategy),
    evidenceOf(view, KIND.storageProfile, bootClass.name, 'status.claimPropertySets[0]', modes === '' ? null : modes)
  ];

  if (strategy === 'csi-clone' || strategy === 'snapshot') {
    if (version === null) {
      return unverified('clone', 'class', view, KIND.setting);
    }

    if (!supports(version, 'v2CsiClone')) {
      return check('clone', 'blocked', 'clone-unsupported', params, evidence, 'set-clone-copy');
    }
  }

  if (set?.volumeMode !== 'Block') {
    return check('clone', 'warning', 'profile-not-block', params, evidence, 'fix-profile');
  }

  return bootClass.isMigratable && set.accessModes[0] !== 'ReadWriteMany'
    ? check('clone', 'warning', 'profile-not-shared', params, evidence, 'fix-profile')
    : check('clone', 'ready', 'clone-ok', params, evidence);
}

/** Check 10: enough nodes with v2 disks for the class's replicas. */
export function checkDisks(view: ClusterView, bootClass: BootClass | null): ReadinessCheck {
  const unread = firstUnread(view, [KIND.node, KIND.longhornNode]);
  const nodes = listDiskNodes(view, bootClass?.nodeSelector, bootClass?.diskSelector);

  if (unread !== null || nodes === null) {
    return unverified('v2-disks', 'class', view, unread?.kind ?? KIND.longhornNode);
  }

  const eligible = listEligibleNodes(view) ?? [];
  const others = eligible.filter(name => !nodes.includes(name));
  const wanted = bootClass?.replicas ?? 1;
  const tags = [...bootClass?.nodeSelector ?? [], ...bootClass?.diskSelector ?? []].join(', ');
  const params = { count: nodes.length, total: eligible.length, names: nodes.join(', '), others: others.join(', '), othersCount: others.length, replicas: wanted, tags };
  const evidence = [...view.all(KIND.longhornNode)].flatMap(node => node.disks
    .filter(disk => disk.type === 'block')
    .map(disk => evidenceOf(view, KIND.longhornNode, node.meta.id, `spec.disks.${disk.name}.allowScheduling`, disk.allowScheduling)));

  if (nodes.length === 0) {
    // Without tags no other class would find a disk either.
    return tags === ''
      ? checkMaker('cluster')('v2-disks', 'blocked', 'disks-none', params, evidence, 'add-v2-disk')
      : check('v2-disks', 'blocked', 'disks-none-tagged', params, evidence, 'add-v2-disk');
  }

  return nodes.length < wanted
    ? check('v2-disks', 'warning', 'disks-too-few', params, evidence, 'add-v2-disk')
    : check('v2-disks', 'ready', 'disks-there', params, evidence);
}

/** Check 11: room for the golden image and the VMs. */
export function checkCapacity(view: ClusterView, bootClass: BootClass, sizes: { readonly imageSize: number | null; readonly machineSize: number; readonly instances: number }): ReadinessCheck {
  const fit = forecastFit(view, { bootClass, ...sizes });

  if (!fit.isKnown) {
    return unverified('capacity', 'class', view, KIND.longhornNode);
  }

  const params = { image: sizes.imageSize === null ? 'no' : 'yes', count: fit.machines, wanted: sizes.instances, sizeBytes: sizes.machineSize, limit: fit.limitedBy === null ? 'host' : 'disk', node: fit.limitedBy?.nodeName ?? '', disk: fit.limitedBy?.label ?? '' };

  if (fit.isImagePlaceable === false) {
    return check('capacity', 'warning', 'image-does-not-fit', params, [], 'free-space');
  }

  return fit.fitsInstances
    ? check('capacity', 'ready', 'fits', params, [])
    : check('capacity', 'warning', 'machines-do-not-fit', params, [], 'free-space');
}

/** Check 12: huge pages the v2 instance manager asks for; settable from 1.9, 2 GiB before. */
export function checkHugepages(view: ClusterView): ReadinessCheck {
  const eligible = listEligibleNodes(view);

  // Of no node at all nothing is ready.
  if (eligible === null || eligible.length === 0) {
    return unverified('hugepages', 'class', view, KIND.node);
  }

  const enabled = view.get(KIND.setting, SETTING.v2Hugepages);

  if (enabled && effectiveValue(enabled) === 'false') {
    return checkWithoutHugepages(view);
  }

  const { wanted, short } = findHugepageShortage(view, eligible);
  const evidence = eligible.map(name => evidenceOf(view, KIND.node, name, 'status.capacity[hugepages-2Mi]', view.get(KIND.node, name)?.hugepages ?? null));

  return short.length === 0
    ? check('hugepages', 'ready', 'hugepages-there', { wantedBytes: wanted }, evidence)
    : check('hugepages', 'warning', 'hugepages-short', {
      count: short.length, names: short.map(node => node.meta.name).join(', '), haveBytes: Math.min(...short.map(node => node.hugepages ?? 0)), wantedBytes: wanted
    }, evidence, 'reboot-for-hugepages');
}

/** Without huge pages only AIO disks are safe: drivers that poll the device need memory that stays where it is. */
function checkWithoutHugepages(view: ClusterView): ReadinessCheck {
  const evidence = [evidenceOf(view, KIND.setting, SETTING.v2Hugepages, 'value', 'false')];

  if (unreadReason(view, KIND.longhornNode) !== null) {
    return unverified('hugepages', 'class', view, KIND.longhornNode);
  }

  const others = listBlockDisks(view).filter(({ disk }) => disk.driver !== 'aio');
  const disks = others.map(({ node, disk }) => `${node} ${labelDisk(disk)}`).join(', ');

  return others.length === 0
    ? check('hugepages', 'ready', 'hugepages-off', {}, evidence)
    : check('hugepages', 'warning', 'hugepages-off-unsafe', { count: others.length, disks }, [
      ...evidence, ...others.map(({ node, disk }) => evidenceOf(view, KIND.longhornNode, longhornId(node), `status.diskStatus.${disk.name}.diskDriver`, disk.driver))
    ], 'enable-hugepages');
}

/** Check 13: a running v2 instance manager is the proof that v2 runs on a node. */
export function checkInstanceManagers(view: ClusterView): ReadinessCheck {
  const unread = firstUnread(view, [KIND.node, KIND.instanceManager]);

  if (unread !== null) {
    return unverified('instance-managers', 'class', view, unread.kind);
  }

  const eligible = listEligibleNodes(view) ?? [];

  if (eligible.length === 0) {
    return unverified('instance-managers', 'class', view, KIND.node);
  }

  const missing = eligible.filter(name => hasRunningInstanceManager(view, name, 'v2') === false);
  const evidence = [...view.all(KIND.instanceManager)].filter(manager => manager.dataEngine === 'v2')
    .map(manager => evidenceOf(view, KIND.instanceManager, manager.meta.id, 'status.currentState', manager.currentState));

  return missing.length === 0
    ? check('instance-managers', 'ready', 'managers-run', { count: eligible.length }, evidence)
    : check('instance-managers', 'warning', 'managers-missing', { count: missing.length, names: missing.join(', ') }, evidence, 'start-instance-manager');
}

/** Check 15: after a csi-clone CDI waits for a healthy volume, which one node with several replicas never gives. */
export function checkSingleNodeClone(view: ClusterView, bootClass: BootClass): ReadinessCheck {
  if (bootClass.usableNodes === null) {
    return unverified('single-node-clone', 'class', view, KIND.longhornNode);
  }

  const hangs = bootClass.cloneStrategy === 'csi-clone' && bootClass.usableNodes.length < bootClass.replicas;
  const params = { nodes: bootClass.usableNodes.length, replicas: bootClass.replicas, strategy: bootClass.cloneStrategy };

  return hangs
    ? check('single-node-clone', 'warning', 'clone-hangs', params, [], 'fewer-replicas')
    : check('single-node-clone', 'ready', 'clone-completes', params, []);
}

/** Check 16: the image is on CDI, ready, and its class is still a v2 class. */
export function checkImage(view: ClusterView, image: ImageRecord): ReadinessCheck {
  const id = image.meta.id;
  const record = view.get(KIND.storageClass, image.storageClassName);
  const params = { image: image.displayName, class: image.storageClassName, progress: image.progress ?? 0 };
  const evidence = [
    evidenceOf(view, KIND.image, id, 'spec.backend', image.backend),
    evidenceOf(view, KIND.image, id, 'status.progress', image.progress),
    evidenceOf(view, KIND.image, id, 'status.storageClassName', image.storageClassName)
  ];

  if (image.backend !== 'cdi') {
    return check('image', 'blocked', 'image-is-v1', params, evidence, 'convert-image');
  }

  if (!isImageReady(image)) {
    return check('image', 'blocked', 'image-not-ready', params, evidence, 'wait-for-image');
  }

  if (record === undefined) {
    return unreadReason(view, KIND.storageClass) === null
      ? check('image', 'blocked', 'image-class-gone', params, evidence, 'recreate-class')
      : unverified('image', 'class', view, KIND.storageClass);
  }

  return classifyStorageClass(view, record).refusal === null
    ? check('image', 'ready', 'image-is-v2', params, evidence)
    : check('image', 'warning', 'image-on-other-class', params, evidence, 'choose-v2-class');
}

/** Check 17: the API takes a disk smaller than its image, and the clone then fails. */
export function checkDiskSize(view: ClusterView, image: ImageRecord, machineSize: number): ReadinessCheck {
  const params = { sizeBytes: machineSize, virtualBytes: image.virtualSize ?? 0, minimumGiB: Math.ceil((image.virtualSize ?? 0) / GIB) };
  const evidence = [evidenceOf(view, KIND.image, image.meta.id, 'status.virtualSize', image.virtualSize)];

  if (image.virtualSize === null) {
    return check('disk-size', 'unverified', 'loading', { kind: KIND.image }, evidence);
  }

  return machineSize < image.virtualSize
    ? check('disk-size', 'blocked', 'disk-too-small', params, evidence, 'enlarge-disk')
    : check('disk-size', 'ready', 'disk-large-enough', params, evidence);
}
