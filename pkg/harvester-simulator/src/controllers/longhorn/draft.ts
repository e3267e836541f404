import type { Fields, KubeObject, Store } from '../../contract';
import { clone, isSame } from '../../store';

/** A working copy of a stored object whose metadata+spec and status are written back separately, as the real API needs it. */
export class Draft<T extends KubeObject> {
  readonly object: T;
  private isGone = false;

  constructor(private readonly store: Store, private readonly typeId: string, private readonly storeKey: string, private original: KubeObject, complete?: (copy: T) => void) {
    this.object = clone(original) as T;
    complete?.(this.object);
  }

  get name(): string {
    return this.object.metadata.name;
  }

  /** Deletes the object now (or marks it, when it has finalizers); later flushes write nothing. */
  remove(): void {
    this.isGone = true;
    this.store.remove(this.typeId, this.storeKey);
  }

  get isRemoved(): boolean {
    return this.isGone;
  }

  flushSpec(): void {
    if (this.isGone) return;
    const { metadata, spec } = this.object;
    const isUnchanged = isSame(this.original.spec, spec) && isSame(this.original.metadata.labels, metadata.labels)
      && isSame(this.original.metadata.annotations, metadata.annotations) && isSame(this.original.metadata.finalizers, metadata.finalizers);
    if (isUnchanged) return;
    this.store.edit(this.typeId, this.storeKey, (draft) => {
      draft.spec = spec as Fields;
      if (metadata.labels !== undefined) draft.metadata.labels = metadata.labels;
      if (metadata.annotations !== undefined) draft.metadata.annotations = metadata.annotations;
      if (metadata.finalizers !== undefined) draft.metadata.finalizers = metadata.finalizers;
    });
  }

  flushStatus(): void {
    if (this.isGone || isSame(this.original.status, this.object.status)) return;
    this.store.edit(this.typeId, this.storeKey, (draft) => { draft.status = this.object.status as Fields; });
  }
}
