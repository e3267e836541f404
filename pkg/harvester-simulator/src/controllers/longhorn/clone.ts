import type { VolumeSet } from './volume-set';

/** `vol://<volume>` or `snap://<volume>/<snapshot>` */
function sourceOf(dataSource: string): { volume: string; snapshot: string } | null {
  const match = /^(vol|snap):\/\/([^/]+)(?:\/(.+))?$/.exec(dataSource);
  return match === null ? null : { volume: match[2] ?? '', snapshot: match[3] ?? '' };
}

/** Runs a CSI clone: copy to the first replica, then wait for the other copies. Times: `timings.cloneBytesPerSecond`. */
export function reconcileClone(set: VolumeSet): void {
  const { ctx } = set;
  const volume = set.volume.object;
  const source = sourceOf(volume.spec.dataSource);
  const { cloneStatus } = volume.status;
  if (source === null || cloneStatus.state === 'completed' || cloneStatus.state === 'failed') return;
  const origin = ctx.volume(source.volume);
  if (cloneStatus.state === '') {
    if (volume.status.state !== 'attached') return;
    if (origin === undefined) {
      cloneStatus.state = 'failed';
      ctx.event(volume, 'Warning', 'VolumeCloneFailed', `cannot find the source volume ${source.volume}`);
      return;
    }
    const snapshot = source.snapshot === '' ? `snapshot-${ctx.cluster.random.uuid()}` : source.snapshot;
    Object.assign(cloneStatus, { sourceVolume: source.volume, snapshot, state: 'initiated', attemptCount: 1 });
    ctx.event(volume, 'Normal', 'VolumeCloneInitiated', `source volume ${source.volume}, snapshot ${snapshot}`);
    ctx.clones.begin(set.name, source.volume, snapshot, volume.spec.cloneMode === 'linked-clone');
    if (set.engine !== undefined) ctx.runtimes.watched.add(set.engine.metadata.name);
    return;
  }
  if (cloneStatus.state === 'initiated' && ctx.clones.isCopied(set.name)) {
    if (set.engine !== undefined && ctx.runtimes.get(set.engine.metadata.name) !== undefined) ctx.runtimes.watched.add(set.engine.metadata.name);
    const isLater = ctx.minor >= 10 && volume.spec.cloneMode !== 'linked-clone' && volume.spec.numberOfReplicas > 1;
    cloneStatus.state = isLater ? 'copy-completed-awaiting-healthy' : 'completed';
    ctx.event(volume, 'Normal', isLater ? 'VolumeCloneCopyCompleteAwaitingHealthy' : 'VolumeCloneCompleted', isLater ? `finished copying data from source volume ${source.volume}, waiting for the volume to become healthy` : `finished cloning snapshot ${cloneStatus.snapshot} from source volume ${source.volume}`);
    return;
  }
  if (cloneStatus.state === 'copy-completed-awaiting-healthy' && volume.status.robustness === 'healthy') {
    cloneStatus.state = 'completed';
    ctx.event(volume, 'Normal', 'VolumeCloneCompleted', `finished cloning snapshot ${cloneStatus.snapshot} from source volume ${source.volume}`);
  }
}
