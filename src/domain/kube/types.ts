/** A condition as Kubernetes objects carry it. `message` and `reason` are '' when absent. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  /** Epoch milliseconds, or null when absent or unreadable. */
  readonly lastTransitionTime: number | null;
}

/** What every record keeps of `metadata`. */
export interface ObjectMeta {
  /** `<namespace>/<name>`, or `<name>` for cluster-scoped objects: the id Steve gives. */
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** Epoch milliseconds; null when absent. */
  readonly createdAt: number | null;
  /** Epoch milliseconds of `deletionTimestamp`; null while the object is not being deleted. */
  readonly deletedAt: number | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Steve's `actions` and `links` keys: what the server says this user may do. */
export interface Permitted {
  readonly actions: readonly string[];
  readonly canUpdate: boolean;
  readonly canRemove: boolean;
}

/** A raw API object, before it is parsed. Nothing deeper than a parser sees one. */
export type RawObject = Readonly<Record<string, unknown>>;
