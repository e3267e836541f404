/** Test support: a cluster context over raw objects, for mounting features without an app. */
import { ref, shallowRef } from 'vue';
import type { HarvesterApi } from '@/api/contract';
import { rawCluster } from '@/domain/testing/raw-cluster';
import type { RawClusterOptions } from '@/domain/testing/raw-cluster';
import type { RawObject } from '@/domain/kube/types';
import { createTranslator } from '@/l10n/translate';
import type { ClusterContext, FeedStatus, Inventory } from '@/stores/contract';
import { rollUp } from '@/domain/health/rollup';
import { createFlightRecorder } from '@/stores/flight-recorder';

export interface FakeCluster {
  readonly context: ClusterContext;
  /** Every call of the API that changes something: method and arguments. */
  readonly calls: { readonly method: string; readonly args: readonly unknown[] }[];
  readonly paths: string[];
  /** The cluster is now these objects, read as `raw` says (by default: as at the start). */
  show(objects: readonly RawObject[], raw?: RawClusterOptions): void;
}

export interface FakeOptions extends RawClusterOptions {
  readonly api?: Partial<HarvesterApi>;
  readonly now?: number;
}

export function fakeCluster(objects: readonly RawObject[], options: FakeOptions = {}): FakeCluster {
  const version = shallowRef(0);
  const feed = shallowRef<FeedStatus>({ state: 'live', since: 0, loaded: 0, total: null });
  const calls: { method: string; args: readonly unknown[] }[] = [];
  const paths: string[] = [];
  const translator = createTranslator();
  let view = rawCluster(objects, options);

  const record = (method: keyof HarvesterApi, answer: (...args: never[]) => unknown) => (...args: unknown[]): Promise<unknown> => {
    calls.push({ method, args });
    const own = options.api?.[method] as ((...args: unknown[]) => Promise<unknown>) | undefined;

    return own ? own(...args) : Promise.resolve(answer(...args as never[]));
  };
  const api = {
    base: '/v1/harvester',
    access: () => Promise.resolve({ exists: true, canList: true, canCreate: true }),
    get: () => Promise.resolve({}),
    list: () => Promise.resolve({ items: [], revision: '1', next: null }),
    ...options.api,
    create: record('create', (_kind: string, body: RawObject) => ({ ...body, metadata: { name: 'image-new', ...body.metadata as object } })),
    action: record('action', () => null),
    remove: record('remove', () => undefined),
    uploadImage: record('uploadImage', () => undefined)
  } as unknown as HarvesterApi;

  const inventory = new Proxy({}, {
    get: (_target, key) => key === 'version' ? version
      : key === 'feed' ? feed
        : key === 'need' ? () => () => undefined
          : key === 'settled' ? () => Promise.resolve()
            : Reflect.get(view, key) as unknown
  }) as Inventory;

  return {
    calls,
    paths,
    context: {
      clusterId: 'local', api, inventory,
      health: { version: shallowRef(0), verdict: () => undefined, verdicts: () => [], troubled: () => [], rollup: () => rollUp([]), history: () => ({ robustnessChanges: [], rebuildSamples: {}, stateSince: null, firstSeenAt: null }), flight: createFlightRecorder(), follow: () => () => undefined },
      now: ref(options.now ?? 0), locale: translator.locale, t: (key, params) => translator.t(key, params),
      links: {
        volume: id => `#/volumes/${id}`, machine: id => `#/machines/${id}`, image: id => `#/images/${id}`, host: name => `#/hosts/${name}`,
        setting: () => null, createMachine: id => `#/create/machine?image=${id}`, createImage: () => '#/create/image', health: () => '#/health'
      },
      navigate: path => { paths.push(path); }
    },
    show(next, raw = options) {
      view = rawCluster(next, raw);
      version.value++;
    }
  };
}
