import type { InjectionKey, Ref, ShallowRef } from 'vue';
import type { HarvesterApi } from '@/api/contract';
import type { Rollup } from '@/domain/health/rollup';
import type { VolumeHistory, VolumeVerdict } from '@/domain/health/types';
import type { Kind } from '@/domain/kube/kinds';
import type { ClusterView, InventoryKind } from '@/domain/view';
import type { FlightRecord } from './flight-recorder';

/** The connection as a person sees it. */
export interface FeedStatus {
  readonly state: 'connecting' | 'live' | 'stale';
  /** Epoch milliseconds since when. */
  readonly since: number;
  /** Objects read so far of those announced, while the first lists load; total null when unknown. */
  readonly loaded: number;
  readonly total: number | null;
}

/**
 * Live, indexed records of one cluster. Reading is through `ClusterView`; Vue learns of changes through `version`,
 * which rises a few times a second at most: read `version.value` inside a computed, then ask the view.
 */
export interface Inventory extends ClusterView {
  readonly version: Readonly<ShallowRef<number>>;
  readonly feed: Readonly<ShallowRef<FeedStatus>>;
  /** Starts feeds for the kinds (counted; the first caller starts them). Returns the release. */
  need(kinds: readonly InventoryKind[]): () => void;
  /** Resolves when each of the kinds is `ready`, `forbidden`, `absent` or `failed`. */
  settled(kinds: readonly InventoryKind[]): Promise<void>;
}

/** Verdicts of all volumes, kept up to date by difference. */
export interface HealthIndex {
  readonly version: Readonly<ShallowRef<number>>;
  verdict(volumeName: string): VolumeVerdict | undefined;
  verdicts(): Iterable<VolumeVerdict>;
  /** Verdicts of the volumes that are neither well nor at rest with all their replicas. */
  troubled(): Iterable<VolumeVerdict>;
  /** Counts of all volumes: kept, so that asking costs nothing. */
  rollup(): Rollup;
  history(volumeName: string): VolumeHistory;
  /**
   * Hears the name of every volume that was judged again or is gone: its verdict, or what its verdict was made from, may
   * have changed. A verdict that says the same as before stays the same object. Returns the end of it.
   */
  follow(listener: (volumeName: string) => void): () => void;
  /** Past verdicts, since the page opened. */
  readonly flight: FlightRecord;
}

export type Translate = (key: string, params?: Readonly<Record<string, unknown>>) => string;

/** Where the pages of the surrounding app are; null where it has no such page. */
export interface PageLinks {
  volume(claimId: string): string | null;
  machine(id: string): string | null;
  image(id: string): string | null;
  host(name: string): string | null;
  setting(name: string): string | null;
  createMachine(imageId: string): string | null;
  createImage(): string | null;
  /** The Volume Health page, with a volume's drawer open when named. */
  health(volumeName?: string): string | null;
}

/** Everything a feature may ask of its surroundings. One per cluster; the app or the extension provides it. */
export interface ClusterContext {
  /** Changes when another cluster is shown. */
  readonly clusterId: string;
  readonly api: HarvesterApi;
  readonly inventory: Inventory;
  readonly health: HealthIndex;
  /** Epoch milliseconds, moved once a second: the UI's clock. The server's idea of time, where it is known. */
  readonly now: Readonly<Ref<number>>;
  /** `en-us` or `zh-hans`. */
  readonly locale: Readonly<Ref<string>>;
  readonly t: Translate;
  readonly links: PageLinks;
  navigate(path: string): void;
}

export const CLUSTER: InjectionKey<ClusterContext> = Symbol('lhv2-cluster');

export type { Kind };
