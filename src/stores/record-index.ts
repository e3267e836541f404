interface Bucket<R> {
  readonly members: Map<string, R>;
  list: readonly R[] | null;
}

/** Records by a key that is not their id. A change costs the keys of one record; lists are made when asked for. */
export interface RecordIndex<R> {
  update(id: string, before: R | undefined, after: R | undefined): void;
  at(key: string): readonly R[];
}

const NONE: readonly never[] = Object.freeze([]);

export function createRecordIndex<R>(keysOf: (record: R) => readonly string[]): RecordIndex<R> {
  const buckets = new Map<string, Bucket<R>>();

  const take = (key: string, id: string): void => {
    const bucket = buckets.get(key);

    if (bucket?.members.delete(id)) {
      bucket.list = null;
      if (bucket.members.size === 0) {
        buckets.delete(key);
      }
    }
  };
  const put = (key: string, id: string, record: R): void => {
    const bucket = buckets.get(key) ?? { members: new Map<string, R>(), list: null };

    bucket.members.set(id, record);
    bucket.list = null;
    buckets.set(key, bucket);
  };

  return {
    update(id, before, after) {
      const old = before === undefined ? NONE : keysOf(before);
      const fresh = after === undefined ? NONE : keysOf(after);

      for (const key of old) {
        if (!fresh.includes(key)) {
          take(key, id);
        }
      }
      if (after !== undefined) {
        for (const key of fresh) {
          if (key) {
            put(key, id, after);
          }
        }
      }
    },
    at(key) {
      const bucket = buckets.get(key);

      if (!bucket) {
        return NONE;
      }
      bucket.list ??= [...bucket.members.values()];

      return bucket.list;
    }
  };
}
