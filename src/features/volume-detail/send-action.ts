import type { ApiFailure } from '@/api/contract';
import type { ActionRequest, GuardedAction, Refusal } from '@/domain/health/actions';
import { diagnoseVolume } from '@/domain/health/diagnose';
import { KIND } from '@/domain/kube/kinds';
import { longhornId } from '@/domain/kube/names';
import type { LonghornNodeRecord } from '@/domain/longhorn/types';
import type { ClusterView, InventoryKind, RecordOf } from '@/domain/view';
import type { ClusterContext } from '@/stores/contract';
import { PARSERS } from '@/stores/parsers';

/**
 * What became of an action: `sent`; `refused` by our own guard on the newest objects; `changed`: it would now send
 * something else than was shown, so nothing was sent; `failed`, with how many of its writes had been made.
 */
export type Outcome =
  | { readonly state: 'sent' | 'changed' }
  | { readonly state: 'refused'; readonly refusal: Refusal }
  | { readonly state: 'failed'; readonly status: number; readonly message: string; readonly done: number };

type Surroundings = Pick<ClusterContext, 'api' | 'inventory' | 'health' | 'now'>;

const isGone = (reason: unknown): boolean => (reason as Partial<ApiFailure> | null)?.status === 404;

/** The live view with the volume, its engine, its replicas and the nodes in question read anew: the feed may lag behind. */
async function readNewest({ api, inventory }: Surroundings, volumeName: string, requests: readonly ActionRequest[]): Promise<ClusterView> {
  const fresh = new Map<string, unknown>();
  const read = async <K extends InventoryKind>(kind: K, id: string): Promise<RecordOf[K] | undefined> => {
    const record = await api.get(kind, id).then((raw) => PARSERS[kind](raw), (reason: unknown) => {
      if (isGone(reason)) {
        return undefined;
      }
      throw reason;
    });

    fresh.set(`${kind} ${id}`, record);
    return record;
  };
  const listed = async <K extends 'longhorn.io.replica' | 'longhorn.io.engine'>(kind: K): Promise<readonly RecordOf[K][]> => {
    const { items } = await api.list(kind, { labelSelector: `longhornvolume=${volumeName}`, namespace: 'longhorn-system' });
    const records = items.map((raw): RecordOf[K] => PARSERS[kind](raw));

    records.forEach((record) => fresh.set(`${kind} ${record.meta.id}`, record));
    return records;
  };
  const [replicas, engines] = await Promise.all([listed(KIND.replica), listed(KIND.engine), read(KIND.volume, longhornId(volumeName))]);
  const names = new Set([...replicas.map((replica) => replica.nodeId).filter((name) => name !== ''), ...requests.filter(({ kind }) => kind === KIND.longhornNode).map(({ id }) => id.split('/')[1] ?? '')]);
  const nodes = (await Promise.all([...names].map((name) => read(KIND.longhornNode, longhornId(name))))).filter((node): node is LonghornNodeRecord => node !== undefined);

  for (const replica of inventory.replicasOfVolume(volumeName)) {
    const key = `${KIND.replica} ${replica.meta.id}`;

    // In the feed, no longer on the server.
    fresh.set(key, fresh.get(key));
  }
  return {
    ...inventory,
    get: <K extends InventoryKind>(kind: K, id: string) => (fresh.has(`${kind} ${id}`) ? fresh.get(`${kind} ${id}`) as RecordOf[K] | undefined : inventory.get(kind, id)),
    replicasOfVolume: (name) => (name === volumeName ? replicas : inventory.replicasOfVolume(name)),
    enginesOfVolume: (name) => (name === volumeName ? engines : inventory.enginesOfVolume(name)),
    diskByUuid(uuid) {
      const node = nodes.find((entry) => entry.disks.some((disk) => disk.uuid === uuid && uuid !== ''));
      const disk = node?.disks.find((entry) => entry.uuid === uuid);
      const known = inventory.diskByUuid(uuid);

      return node && disk ? { node, name: disk.name } : known && names.has(known.node.meta.name) ? undefined : known;
    }
  };
}

/**
 * Asks the action's guards once more on objects read this moment, and sends what was shown, in order, if they still
 * agree. Rejects never: every way it can end is an outcome.
 * @param shown the writes that the person has confirmed
 */
export async function sendAction(cluster: Surroundings, action: GuardedAction, volumeName: string, shown: readonly ActionRequest[]): Promise<Outcome> {
  let done = 0;

  try {
    const view = await readNewest(cluster, volumeName, shown);
    const refusal = action.validate(view, diagnoseVolume(view, volumeName, cluster.now.value, cluster.health.history(volumeName)));

    if (refusal !== null) {
      return { state: 'refused', refusal };
    }
    if (JSON.stringify(action.requests(view)) !== JSON.stringify(shown)) {
      return { state: 'changed' };
    }
    for (const request of shown) {
      await (request.method === 'delete' ? cluster.api.remove(request.kind, request.id) : cluster.api.patch(request.kind, request.id, request.operations));
      done += 1;
    }
    return { state: 'sent' };
  } catch (reason) {
    const failure = reason as Partial<ApiFailure> | null;

    return { state: 'failed', status: failure?.status ?? 0, message: failure?.message ?? String(reason), done };
  }
}
