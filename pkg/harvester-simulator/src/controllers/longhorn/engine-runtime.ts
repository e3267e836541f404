import type { ReplicaMode } from './types';

/** One replica as the engine process sees it. */
export interface Backend {
  address: string;
  mode: ReplicaMode;
  /** RFC 3339 of the last change of mode. */
  since: string;
}

/** A rebuild inside an engine process. Bytes and epoch milliseconds. */
export interface Rebuild {
  readonly replica: string;
  readonly address: string;
  readonly sources: readonly string[];
  readonly bytes: number;
  done: number;
  updatedAt: number;
  state: 'in_progress' | 'complete' | 'error';
  error: string;
  finishedAt: number;
}

/** Snapshots being merged away before a replica is rebuilt. Bytes and epoch milliseconds. */
export interface Purge {
  readonly replica: string;
  readonly startedAt: number;
  readonly endsAt: number;
}

/** What an engine process holds in memory; the Engine CR shows it from the next poll on. */
export interface EngineRuntime {
  readonly volume: string;
  readonly backends: Map<string, Backend>;
  rebuild: Rebuild | null;
  purge: Purge | null;
  /** Epoch milliseconds until which a failed rebuild is not tried again. */
  retryAt: number;
  isPublished: boolean;
}

export class EngineRuntimes {
  private readonly byEngine = new Map<string, EngineRuntime>();
  /** Engines with something the next poll must look at. */
  readonly watched = new Set<string>();

  get(engine: string): EngineRuntime | undefined {
    return this.byEngine.get(engine);
  }

  start(engine: string, volume: string): EngineRuntime {
    const runtime: EngineRuntime = { volume, backends: new Map(), rebuild: null, purge: null, retryAt: 0, isPublished: false };
    this.byEngine.set(engine, runtime);
    this.watched.add(engine);
    return runtime;
  }

  end(engine: string): void {
    this.byEngine.delete(engine);
    this.watched.delete(engine);
  }
}
