import { StoreError, type Cluster, type FaultDefinition } from '../contract';
import { LH, key } from '../controllers/longhorn/kinds';
import { writeLonghornSetting } from '../controllers/longhorn/settings';
import { truthOf } from '../controllers/longhorn/truth';
import type { Engine } from '../controllers/longhorn/types';
import { numberOf, optionalText, replicaOf, textOf, volumeOf, type Arguments } from './arguments';

function activeEngine(cluster: Cluster, volume: string): Engine | undefined {
  return (cluster.store.list(LH.engine, { labels: { longhornvolume: volume } }) as Engine[]).find((engine) => engine.spec.active);
}

function setReplicaCount(cluster: Cluster, args: Arguments, change: (count: number) => number): string {
  const volume = volumeOf(cluster, args);
  const count = numberOf(args, 'count', change(volume.spec.numberOfReplicas));
  if (!Number.isInteger(count) || count < 1 || count > 20) throw new StoreError(422, 'Invalid', `replica count value ${String(count)} must between 1 to 20`);
  cluster.store.edit(LH.volume, key(volume.metadata.name), (draft) => { Object.assign(draft.spec ?? {}, { numberOfReplicas: count }); });
  return `volume ${volume.metadata.name} is to have ${String(count)} replicas`;
}

function condemn(cluster: Cluster, name: string): void {
  truthOf(cluster).condemned.add(name);
  cluster.faults.changed();
}

/** Faults of volumes, replicas and engines. `volume` is its name or `<namespace>/<claim>`. */
export const VOLUME_FAULTS: readonly FaultDefinition[] = [
  {
    name: 'replica-fail',
    description: 'Kill the process of a replica: the one named, the one on `node`, or one of the volume.',
    args: ['volume', 'replica?', 'node?'],
    apply(cluster, args) {
      const { name } = replicaOf(cluster, args).metadata;
      condemn(cluster, name);
      return `replica ${name} has died`;
    }
  },
  {
    name: 'replica-delete',
    description: 'Delete a Replica object, as an administrator would: a full copy is built elsewhere.',
    args: ['volume', 'replica?', 'node?'],
    apply(cluster, args) {
      const { name } = replicaOf(cluster, args).metadata;
      cluster.store.remove(LH.replica, key(name));
      return `replica ${name} is deleted`;
    }
  },
  {
    name: 'engine-crash',
    description: 'Kill the engine process of an attached volume.',
    args: ['volume'],
    apply(cluster, args) {
      const volume = volumeOf(cluster, args);
      const engine = activeEngine(cluster, volume.metadata.name);
      if (engine?.status?.currentState !== 'running') throw new StoreError(422, 'Invalid', `volume ${volume.metadata.name} has no running engine`);
      condemn(cluster, engine.metadata.name);
      return `the engine of volume ${volume.metadata.name} has died`;
    }
  },
  {
    name: 'rebuild-error',
    description: 'Make the next rebuild of a volume fail with a message.',
    args: ['volume', 'message?'],
    apply(cluster, args) {
      const { name } = volumeOf(cluster, args).metadata;
      const message = optionalText(args, 'message') ?? 'failed to sync files: rpc error: code = Unavailable desc = connection reset by peer';
      cluster.faults.rebuildErrors.set(name, message);
      cluster.faults.changed();
      return `the next rebuild of ${name} will fail`;
    }
  },
  {
    name: 'restore-error',
    description: 'Make the backup that a volume is made from unreadable, with a message.',
    args: ['volume', 'message?'],
    apply(cluster, args) {
      const { name } = volumeOf(cluster, args).metadata;
      truthOf(cluster).restoreErrors.set(name, optionalText(args, 'message') ?? 'failed to restore: cannot open the backup store: AWS Error: NoSuchBucket');
      cluster.faults.changed();
      return `the backup of ${name} cannot be read`;
    }
  },
  {
    name: 'rebuild-stall',
    description: 'Freeze the rebuild of a volume where it is.',
    args: ['volume'],
    apply(cluster, args) {
      const { name } = volumeOf(cluster, args).metadata;
      truthOf(cluster).stalledRebuilds.add(name);
      return `the rebuild of ${name} makes no progress`;
    }
  },
  {
    name: 'rebuild-resume',
    description: 'Let a frozen rebuild go on.',
    args: ['volume'],
    apply(cluster, args) {
      const { name } = volumeOf(cluster, args).metadata;
      truthOf(cluster).stalledRebuilds.delete(name);
      return `the rebuild of ${name} goes on`;
    }
  },
  {
    name: 'slow-rebuild',
    description: 'Run all rebuilds at `factor` times their normal speed (default 0.1; 1 is normal).',
    args: ['factor?'],
    apply(cluster, args) {
      const factor = numberOf(args, 'factor', 0.1);
      if (factor <= 0) throw new StoreError(422, 'Invalid', 'argument "factor" must be greater than 0');
      truthOf(cluster).rebuildRate = factor;
      return `rebuilds run at ${String(factor)} of their normal speed`;
    }
  },
  { name: 'reduce-replicas', description: 'Lower the number of replicas of a volume by one, or to `count`.', args: ['volume', 'count?'], apply: (cluster, args) => setReplicaCount(cluster, args, (count) => count - 1) },
  { name: 'raise-replicas', description: 'Raise the number of replicas of a volume by one, or to `count`.', args: ['volume', 'count?'], apply: (cluster, args) => setReplicaCount(cluster, args, (count) => count + 1) },
  {
    name: 'set-setting',
    description: 'Write a Longhorn setting, e.g. auto-salvage=false.',
    args: ['name', 'value'],
    apply(cluster, args) {
      const name = textOf(args, 'name');
      const value = String(args.value ?? '');
      if (!writeLonghornSetting(cluster, name, value)) throw new StoreError(404, 'NotFound', `settings.longhorn.io "${name}" not found`);
      return `${name} is ${value}`;
    }
  }
];
