/** Steve ids of what Longhorn's controllers read and write. */
export const LH = {
  volume: 'longhorn.io.volume',
  replica: 'longhorn.io.replica',
  engine: 'longhorn.io.engine',
  frontend: 'longhorn.io.enginefrontend',
  node: 'longhorn.io.node',
  setting: 'longhorn.io.setting',
  instanceManager: 'longhorn.io.instancemanager',
  attachment: 'longhorn.io.volumeattachment',
  snapshot: 'longhorn.io.snapshot',
  orphan: 'longhorn.io.orphan',
  kubeNode: 'node',
  pv: 'persistentvolume',
  pvc: 'persistentvolumeclaim',
  pod: 'pod'
} as const;

export type LonghornKind = 'volume' | 'replica' | 'engine' | 'frontend' | 'node' | 'instanceManager' | 'attachment';

export const NAMESPACE = 'longhorn-system';
export const API_VERSION = 'longhorn.io/v1beta2';
export const FINALIZER = 'longhorn.io';
export const DISABLE_V2_LABEL = 'node.longhorn.io/disable-v2-data-engine';
/** On volumes cloned by the design before 1.12.1: they are served, but not rebuilt. */
export const LEGACY_CLONE_LABEL = 'longhorn.io/legacy-linked-clone';
export const PV_ANNOTATION = 'longhorn.io/volume-scheduling-error';
export const FAILED_REPLICA_MAX_RETRY = 5;

/** Store key of a namespaced Longhorn object. */
export function key(name: string): string {
  return `${NAMESPACE}/${name}`;
}
