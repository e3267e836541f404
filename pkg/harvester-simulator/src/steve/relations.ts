import type { KubeObject, Store } from '../contract';

export interface Relationship {
  toId?: string;
  toType?: string;
  fromId?: string;
  fromType?: string;
  rel: string;
  state: string;
  message: string;
}

interface Ref {
  typeId: string;
  key: string;
}

/** Who owns whom, kept up to date from the store's events: `metadata.relationships`. */
export class Relations {
  private readonly children = new Map<string, Map<string, Ref>>();
  private readonly byUid = new Map<string, Ref>();
  private readonly owners = new Map<string, readonly string[]>();
  readonly stop: () => void;

  constructor(store: Store) {
    for (const type of store.types) for (const object of store.list(type.id)) this.add(type.id, object);
    this.stop = store.watch((event) => {
      if (event.type === 'remove') this.drop(event.typeId, event.object);
      else this.add(event.typeId, event.object);
    });
  }

  of(object: KubeObject): Relationship[] {
    const related: Relationship[] = [];
    for (const owner of object.metadata.ownerReferences ?? []) {
      const ref = this.byUid.get(owner.uid);
      if (ref !== undefined) related.push({ fromId: ref.key, fromType: ref.typeId, rel: 'owner', state: 'active', message: '' });
    }
    for (const ref of this.children.get(object.metadata.uid ?? '')?.values() ?? []) {
      related.push({ toId: ref.key, toType: ref.typeId, rel: 'owner', state: 'active', message: '' });
    }
    return related;
  }

  private add(typeId: string, object: KubeObject): void {
    const key = object.metadata.namespace === undefined ? object.metadata.name : `${object.metadata.namespace}/${object.metadata.name}`;
    const address = `${typeId} ${key}`;
    const ref = { typeId, key };
    if (object.metadata.uid !== undefined) this.byUid.set(object.metadata.uid, ref);
    const uids = object.metadata.ownerReferences?.map((owner) => owner.uid) ?? [];
    this.unlink(address);
    if (uids.length === 0) return;
    this.owners.set(address, uids);
    for (const uid of uids) {
      const known = this.children.get(uid) ?? new Map<string, Ref>();
      known.set(address, ref);
      this.children.set(uid, known);
    }
  }

  private drop(typeId: string, object: KubeObject): void {
    const key = object.metadata.namespace === undefined ? object.metadata.name : `${object.metadata.namespace}/${object.metadata.name}`;
    this.unlink(`${typeId} ${key}`);
    if (object.metadata.uid !== undefined) this.byUid.delete(object.metadata.uid);
  }

  private unlink(address: string): void {
    for (const uid of this.owners.get(address) ?? []) {
      const known = this.children.get(uid);
      known?.delete(address);
      if (known?.size === 0) this.children.delete(uid);
    }
    this.owners.delete(address);
  }
}
