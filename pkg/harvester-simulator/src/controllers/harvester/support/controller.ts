import { StoreError, type Cluster, type Controller, type KubeObject, type WatchEvent } from '../../../contract';
import { truthOf } from '../../longhorn/truth';
import { keyOf } from './types';

/** Which events make a controller look at which of its keys. Without `keys`, an object's own key. */
export interface Watch {
  typeId: string;
  keys?(event: WatchEvent): string[];
}

export interface ControllerTools {
  enqueue(key: string, delay?: number): void;
  /** Sees every store event while the controller runs, before its keys are marked: to keep an index. */
  observe(listener: (event: WatchEvent) => void): void;
}

export interface ControllerDefinition {
  name: string;
  /** The first entry is the controller's own type: all its objects are looked at once at start. */
  watches: Watch[];
  /** Called at each start; the returned function brings one key closer to its goal. It returns the milliseconds of cluster time after which to look again. */
  create(cluster: Cluster, tools: ControllerTools): (key: string) => number | undefined;
}

export function objectKey(object: KubeObject): string {
  return keyOf(object.metadata.namespace, object.metadata.name);
}

const RETRY_AFTER_CONFLICT = 1000;

/**
 * A level-triggered controller on cluster time: events only mark keys, a key is worked on once however often it was
 * marked, and the function looks at the world as it is then.
 */
export function defineController(definition: ControllerDefinition): Controller {
  return {
    name: definition.name,
    start(cluster) {
      const pending = new Map<string, { due: number; cancel: () => void }>();
      let isStopped = false;
      const enqueue = (key: string, delay = 0): void => {
        if (isStopped) return;
        const due = cluster.clock.now() + delay;
        const waiting = pending.get(key);
        if (waiting !== undefined) {
          if (waiting.due <= due) return;
          waiting.cancel();
        }
        pending.set(key, { due, cancel: cluster.clock.after(delay, () => work(key)) });
      };
      const observers: ((event: WatchEvent) => void)[] = [];
      const reconcile = definition.create(cluster, { enqueue, observe: (listener) => observers.push(listener) });
      const work = (key: string): void => {
        pending.delete(key);
        if (isStopped) return;
        let next: number | undefined;
        try {
          next = reconcile(key);
        } catch (error) {
          if (!(error instanceof StoreError)) console.error(`${definition.name} ${key}:`, error);
          next = RETRY_AFTER_CONFLICT;
        }
        if (typeof next === 'number') enqueue(key, next);
      };
      const stopWatching = cluster.store.watch((event) => {
        for (const observer of observers) observer(event);
        // What is loaded in bulk is complete and at rest.
        if (truthOf(cluster).isLoading) return;
        for (const watch of definition.watches) {
          if (watch.typeId !== event.typeId) continue;
          for (const key of watch.keys === undefined ? [objectKey(event.object)] : watch.keys(event)) enqueue(key);
        }
      });
      const own = definition.watches[0];
      if (own !== undefined) {
        for (const object of cluster.store.list(own.typeId)) {
          const event: WatchEvent = { type: 'create', typeId: own.typeId, object, revision: cluster.store.revision };
          for (const key of own.keys === undefined ? [objectKey(object)] : own.keys(event)) enqueue(key);
        }
      }
      return () => {
        isStopped = true;
        stopWatching();
        for (const { cancel } of pending.values()) cancel();
        pending.clear();
      };
    }
  };
}
