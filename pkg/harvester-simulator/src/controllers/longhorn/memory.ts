/** What reconcilers remember about data that no object tells of. */

/** One snapshot in a volume's chain, oldest first. Bytes. */
export interface ChainLink {
  readonly name: string;
  readonly created: string;
  readonly bytes: number;
  /** False: taken by the engine itself, at the start of a rebuild. */
  readonly isUserCreated: boolean;
  readonly labels: Record<string, string>;
}

/** What lies on the disks of each volume, whatever runs. */
export class SnapshotChains {
  private readonly byVolume = new Map<string, readonly ChainLink[]>();

  of(volume: string): readonly ChainLink[] {
    return this.byVolume.get(volume) ?? [];
  }

  add(volume: string, link: ChainLink): void {
    this.byVolume.set(volume, [...this.of(volume), link]);
  }

  drop(volume: string, test: (link: ChainLink) => boolean): void {
    this.byVolume.set(volume, this.of(volume).filter((link) => !test(link)));
  }

  forget(volume: string): void {
    this.byVolume.delete(volume);
  }
}

/** Data of a replica whose object went while nobody could clean up after it. */
export interface Leftover {
  readonly node: string;
  readonly disk: string;
  readonly data: string;
  readonly volume: string;
}

/** What lies on disks without an object: by disk UUID. */
export class Leftovers {
  private readonly byDisk = new Map<string, Leftover[]>();

  on(disk: string): readonly Leftover[] {
    return this.byDisk.get(disk) ?? [];
  }

  add(leftover: Leftover): void {
    this.byDisk.set(leftover.disk, [...this.on(leftover.disk), leftover]);
  }

  clean(disk: string, data: string): void {
    this.byDisk.set(disk, this.on(disk).filter((leftover) => leftover.data !== data));
  }
}

interface Run {
  readonly startedAt: number;
  readonly endsAt: number;
}

/** Reading a backup into the replicas of a volume, by volume. */
export class RestoreRuns {
  readonly runs = new Map<string, Run>();
}
