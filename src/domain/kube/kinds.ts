/**
 * Steve schema ids of the kinds this project reads, and how it reads them.
 * Mirrors `reference/harvester.md` 7.1: id = lower-case `<group>.<kind>`.
 */
export const KIND = {
  volume: 'longhorn.io.volume',
  replica: 'longhorn.io.replica',
  engine: 'longhorn.io.engine',
  engineFrontend: 'longhorn.io.enginefrontend',
  longhornNode: 'longhorn.io.node',
  longhornSetting: 'longhorn.io.setting',
  instanceManager: 'longhorn.io.instancemanager',
  volumeAttachment: 'longhorn.io.volumeattachment',
  orphan: 'longhorn.io.orphan',
  shardGroup: 'longhorn.io.shardgroup',
  node: 'node',
  namespace: 'namespace',
  persistentVolume: 'persistentvolume',
  persistentVolumeClaim: 'persistentvolumeclaim',
  storageClass: 'storage.k8s.io.storageclass',
  csiDriver: 'storage.k8s.io.csidriver',
  storageProfile: 'cdi.kubevirt.io.storageprofile',
  dataVolume: 'cdi.kubevirt.io.datavolume',
  image: 'harvesterhci.io.virtualmachineimage',
  setting: 'harvesterhci.io.setting',
  blockDevice: 'harvesterhci.io.blockdevice',
  virtualMachine: 'kubevirt.io.virtualmachine',
  virtualMachineInstance: 'kubevirt.io.virtualmachineinstance',
  migration: 'kubevirt.io.virtualmachineinstancemigration',
  backup: 'harvesterhci.io.virtualmachinebackup',
  secret: 'secret',
  event: 'event'
} as const;

export type Kind = (typeof KIND)[keyof typeof KIND];

/**
 * What is known of a kind's objects as a whole.
 * - `unread`: nobody asked yet; `loading`: some pages have arrived
 * - `ready`: complete and live; `stale`: was complete, the feed is down since `since`
 * - `forbidden`: listed and refused (403); `absent`: the server has no such schema (404 or not in `schemas`)
 * - `failed`: could not be read for another reason
 */
export type ReadStatus = 'unread' | 'loading' | 'ready' | 'stale' | 'forbidden' | 'absent' | 'failed';

export interface ReadState {
  readonly status: ReadStatus;
  /** Epoch milliseconds since when this status holds; null before the first attempt. */
  readonly since: number | null;
  /** Epoch milliseconds when the objects were last known to be complete; null if never. */
  readonly readAt: number | null;
  /** The server's words for `failed` and `forbidden`; '' otherwise. */
  readonly message: string;
}
