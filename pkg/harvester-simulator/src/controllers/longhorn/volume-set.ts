import type { LonghornContext } from './context';
import type { Draft } from './draft';
import { createEngine, createFrontend, createReplica, newReplica } from './factories';
import type { Engine, EngineFrontend, Replica, Volume } from './types';

/** A volume with all that belongs to it, as working copies of one reconcile. */
export class VolumeSet {
  readonly volume: Draft<Volume>;
  engines: Draft<Engine>[];
  frontends: Draft<EngineFrontend>[];
  replicas: Draft<Replica>[];

  constructor(readonly ctx: LonghornContext, stored: Volume) {
    const name = stored.metadata.name;
    this.volume = ctx.draftVolume(stored);
    this.engines = ctx.enginesOf(name).map((engine) => ctx.draftEngine(engine));
    this.frontends = ctx.frontendsOf(name).map((frontend) => ctx.draftFrontend(frontend));
    this.replicas = ctx.replicasOf(name).map((replica) => ctx.draftReplica(replica));
  }

  get name(): string {
    return this.volume.name;
  }

  get isV2(): boolean {
    return this.volume.object.spec.dataEngine === 'v2';
  }

  get usesFrontend(): boolean {
    return this.isV2 && this.ctx.cluster.profile.hasEngineFrontend;
  }

  /** The engine that serves the volume; undefined before the first reconcile. */
  get engine(): Engine | undefined {
    return this.engines.find((engine) => engine.object.spec.active && !engine.isRemoved)?.object;
  }

  get migrationEngine(): Engine | undefined {
    return this.engines.find((engine) => !engine.object.spec.active && !engine.isRemoved && engine.object.metadata.deletionTimestamp === undefined)?.object;
  }

  get frontend(): EngineFrontend | undefined {
    return this.frontends.find((frontend) => frontend.object.spec.active && !frontend.isRemoved)?.object;
  }

  get migrationFrontend(): EngineFrontend | undefined {
    return this.frontends.find((frontend) => !frontend.object.spec.active && !frontend.isRemoved && frontend.object.metadata.deletionTimestamp === undefined)?.object;
  }

  /** Replicas that exist and are not on their way out. */
  get present(): Replica[] {
    return this.replicas.filter((replica) => !replica.isRemoved && replica.object.metadata.deletionTimestamp === undefined).map((replica) => replica.object);
  }

  /** The engine is moving to another node. */
  get isSwitching(): boolean {
    return (this.volume.object.status.switchoverState ?? '') !== '';
  }

  /** A second engine may stand beside the active one. */
  get isMigrating(): boolean {
    const { spec, status } = this.volume.object;
    return spec.migrationNodeID !== '' || status.currentMigrationNodeID !== '' || this.isSwitching;
  }

  addEngine(isActive: boolean): Engine {
    const draft = this.ctx.draftEngine(createEngine(this.ctx, this.volume.object, isActive));
    this.engines.push(draft);
    return draft.object;
  }

  addFrontend(engine: string, isActive: boolean): EngineFrontend {
    const draft = this.ctx.draftFrontend(createFrontend(this.ctx, this.volume.object, engine, isActive));
    this.frontends.push(draft);
    return draft.object;
  }

  addReplica(engine: string, overrides: Partial<Replica['spec']> = {}): Replica {
    const created = createReplica(this.ctx, newReplica(this.ctx, this.volume.object, engine, overrides));
    const draft = this.ctx.draftReplica(created);
    this.replicas.push(draft);
    return draft.object;
  }

  removeReplica(name: string): void {
    const draft = this.replicas.find((replica) => replica.name === name);
    if (draft === undefined) return;
    draft.flushSpec();
    draft.remove();
  }

  removeEngine(name: string): void {
    const draft = this.engines.find((engine) => engine.name === name);
    draft?.flushSpec();
    draft?.remove();
  }

  removeFrontend(name: string): void {
    const draft = this.frontends.find((frontend) => frontend.name === name);
    draft?.flushSpec();
    draft?.remove();
  }

  /** Replica, engine, frontend, then the volume's status: the order a watcher of the real thing sees. */
  flush(): void {
    for (const replica of this.replicas) {
      const { nodeID, diskID } = replica.object.spec;
      replica.object.metadata.labels = { ...replica.object.metadata.labels, longhornnode: nodeID, longhorndiskuuid: diskID };
      replica.flushSpec();
      replica.flushStatus();
    }
    for (const instance of [...this.engines, ...this.frontends]) {
      instance.object.metadata.labels = { ...instance.object.metadata.labels, longhornnode: instance.object.spec.nodeID };
      instance.flushSpec();
    }
    this.volume.flushStatus();
  }
}
