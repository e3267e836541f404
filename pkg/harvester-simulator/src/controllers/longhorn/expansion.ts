import { touchDisks } from './nodes';
import type { VolumeSet } from './volume-set';

/** A larger `spec.size` goes to replicas, engine and frontend; done when the running engine reports it (`reconcileVolumeSize`). */
export function reconcileSize(set: VolumeSet): void {
  const { engine, ctx } = set;
  const { spec, status } = set.volume.object;
  if (engine === undefined) return;
  if (engine.spec.volumeSize !== spec.size) {
    status.expansionRequired = true;
    engine.spec.volumeSize = spec.size;
    for (const replica of set.present) {
      replica.spec.volumeSize = spec.size;
      touchDisks(ctx, replica.spec.nodeID);
    }
    for (const { object: frontend } of set.frontends) Object.assign(frontend.spec, { volumeSize: spec.size, size: spec.size });
    if (ctx.runtimes.get(engine.metadata.name) !== undefined) ctx.runtimes.watched.add(engine.metadata.name);
    return;
  }
  if (!status.expansionRequired || engine.status.currentState !== 'running') return;
  if (engine.status.currentSize === spec.size) status.expansionRequired = false;
  else ctx.runtimes.watched.add(engine.metadata.name);
}
