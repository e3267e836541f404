import type { KubeObject, Store, WatchEvent } from '../../contract';
import { LH } from './kinds';
import type { Replica } from './types';

export interface VolumeMembers {
  readonly engines: Set<string>;
  readonly frontends: Set<string>;
  readonly replicas: Set<string>;
}

const MEMBER: Record<string, keyof VolumeMembers> = { [LH.engine]: 'engines', [LH.frontend]: 'frontends', [LH.replica]: 'replicas' };
/** Claims that a pod mounts, as `<namespace>/<name>`. */
export function claimsOfPod(pod: KubeObject): string[] {
  const volumes = (pod.spec?.volumes ?? []) as { persistentVolumeClaim?: { claimName?: string } }[];
  return volumes.flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []).map((claim) => `${pod.metadata.namespace ?? ''}/${claim}`);
}

function managerSlot(manager: KubeObject): string {
  return `${String(manager.spec?.nodeID)}/${String(manager.spec?.dataEngine)}`;
}

const NO_MEMBERS: VolumeMembers = { engines: new Set(), frontends: new Set(), replicas: new Set() };

/** Joins that would otherwise scan every replica: by volume, by node, by disk. Kept by store events. */
export class ObjectIndex {
  private readonly byVolume = new Map<string, VolumeMembers>();
  private readonly byNode = new Map<string, Set<string>>();
  private readonly byDisk = new Map<string, Map<string, number>>();
  private readonly placeOfReplica = new Map<string, { node: string; disk: string }>();
  private readonly volumeOfPvc = new Map<string, string>();
  private readonly managers = new Map<string, string>();
  private readonly byManager = new Map<string, Set<string>>();
  private readonly managerOfInstance = new Map<string, string>();
  private readonly podsByClaim = new Map<string, Set<string>>();

  constructor(store: Store) {
    for (const typeId of Object.keys(MEMBER)) {
      if (store.type(typeId) === undefined) continue;
      for (const object of store.list(typeId)) this.put(typeId, object);
    }
    for (const typeId of [LH.pv, LH.pod, LH.instanceManager]) for (const object of store.list(typeId)) this.put(typeId, object);
  }

  apply(event: WatchEvent): void {
    if (event.type === 'remove') this.drop(event.typeId, event.object);
    else this.put(event.typeId, event.object);
  }

  members(volume: string): VolumeMembers {
    return this.byVolume.get(volume) ?? NO_MEMBERS;
  }

  replicasOnNode(node: string): Iterable<string> {
    return this.byNode.get(node) ?? [];
  }

  /** Replica name -> size in bytes of what is placed on a disk. */
  replicasOnDisk(uuid: string): ReadonlyMap<string, number> {
    return this.byDisk.get(uuid) ?? new Map<string, number>();
  }

  volumeOfClaim(namespacedName: string): string | undefined {
    return this.volumeOfPvc.get(namespacedName);
  }

  /** Store keys of the pods that mount a claim. */
  podsOfClaim(namespacedName: string): Iterable<string> {
    return this.podsByClaim.get(namespacedName) ?? [];
  }

  /** `<kind>/<name>` of the engines and frontends that an instance manager holds. */
  instancesOfManager(manager: string): Iterable<string> {
    return this.byManager.get(manager) ?? [];
  }

  private hold(instance: string, manager: string): void {
    const before = this.managerOfInstance.get(instance) ?? '';
    if (before === manager) return;
    this.byManager.get(before)?.delete(instance);
    if (manager === '') {
      this.managerOfInstance.delete(instance);
      return;
    }
    this.managerOfInstance.set(instance, manager);
    const held = this.byManager.get(manager) ?? new Set<string>();
    held.add(instance);
    this.byManager.set(manager, held);
  }

  /** Name of the instance manager of a node for a data engine. */
  managerOf(node: string, engine: string): string | undefined {
    return this.managers.get(`${node}/${engine}`);
  }

  private put(typeId: string, object: KubeObject): void {
    if (typeId === LH.instanceManager) {
      this.managers.set(managerSlot(object), object.metadata.name);
      return;
    }
    if (typeId === LH.pod) {
      for (const claim of claimsOfPod(object)) {
        const pods = this.podsByClaim.get(claim) ?? new Set<string>();
        pods.add(`${object.metadata.namespace ?? ''}/${object.metadata.name}`);
        this.podsByClaim.set(claim, pods);
      }
      return;
    }
    if (typeId === LH.pv) {
      const claim = object.spec?.claimRef as { namespace?: string; name?: string } | undefined;
      if (claim?.name !== undefined) this.volumeOfPvc.set(`${claim.namespace ?? ''}/${claim.name}`, object.metadata.name);
      return;
    }
    const member = MEMBER[typeId];
    if (member === undefined) return;
    const volume = String(object.spec?.volumeName ?? '');
    let members = this.byVolume.get(volume);
    if (members === undefined) this.byVolume.set(volume, (members = { engines: new Set(), frontends: new Set(), replicas: new Set() }));
    members[member].add(object.metadata.name);
    if (typeId === LH.replica) this.place(object as Replica);
    else this.hold(`${member === 'engines' ? 'engine' : 'frontend'}/${object.metadata.name}`, String(object.status?.instanceManagerName ?? ''));
  }

  private drop(typeId: string, object: KubeObject): void {
    if (typeId === LH.instanceManager) {
      if (this.managers.get(managerSlot(object)) === object.metadata.name) this.managers.delete(managerSlot(object));
      return;
    }
    if (typeId === LH.pod) {
      for (const claim of claimsOfPod(object)) this.podsByClaim.get(claim)?.delete(`${object.metadata.namespace ?? ''}/${object.metadata.name}`);
      return;
    }
    if (typeId === LH.pv) {
      const claim = object.spec?.claimRef as { namespace?: string; name?: string } | undefined;
      this.volumeOfPvc.delete(`${claim?.namespace ?? ''}/${claim?.name ?? ''}`);
      return;
    }
    const member = MEMBER[typeId];
    if (member === undefined) return;
    const volume = String(object.spec?.volumeName ?? '');
    const members = this.byVolume.get(volume);
    members?.[member].delete(object.metadata.name);
    if (members !== undefined && members.engines.size + members.frontends.size + members.replicas.size === 0) this.byVolume.delete(volume);
    if (typeId === LH.replica) this.unplace(object.metadata.name);
    else this.hold(`${member === 'engines' ? 'engine' : 'frontend'}/${object.metadata.name}`, '');
  }

  private place(replica: Replica): void {
    const { name } = replica.metadata;
    const { nodeID: node, diskID: disk } = replica.spec;
    const old = this.placeOfReplica.get(name);
    if (old !== undefined && old.node === node && old.disk === disk) {
      this.byDisk.get(disk)?.set(name, Number(replica.spec.volumeSize));
      return;
    }
    this.unplace(name);
    if (node === '') return;
    this.placeOfReplica.set(name, { node, disk });
    let onNode = this.byNode.get(node);
    if (onNode === undefined) this.byNode.set(node, (onNode = new Set()));
    onNode.add(name);
    let onDisk = this.byDisk.get(disk);
    if (onDisk === undefined) this.byDisk.set(disk, (onDisk = new Map()));
    onDisk.set(name, Number(replica.spec.volumeSize));
  }

  private unplace(name: string): void {
    const old = this.placeOfReplica.get(name);
    if (old === undefined) return;
    this.byNode.get(old.node)?.delete(name);
    this.byDisk.get(old.disk)?.delete(name);
    this.placeOfReplica.delete(name);
  }
}
