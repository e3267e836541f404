import type { Random } from '../../contract';
import type { DataEngine } from './types';

export type InstanceKind = 'replica' | 'engine' | 'frontend';

/** A process inside an instance manager: the truth that the instance's status reports, with delay or not at all. */
export interface Process {
  readonly name: string;
  readonly kind: InstanceKind;
  readonly volume: string;
  readonly node: string;
  readonly dataEngine: DataEngine;
  readonly ip: string;
  readonly port: number;
  readonly uuid: string;
  isRunning: boolean;
}

const FIRST_PORT: Record<DataEngine, number> = { v1: 10_000, v2: 20_006 };
const PORTS = 10_000;

/** All instance processes of the cluster, and the addresses they have. */
export class ProcessTable {
  private readonly processes = new Map<string, Process>();
  private readonly nodeNumbers = new Map<string, number>();
  private readonly nextPort = new Map<string, number>();
  /** Epoch milliseconds at which the process of that name died. */
  readonly diedAt = new Map<string, number>();

  constructor(private readonly random: Random) {}

  get(name: string): Process | undefined {
    return this.processes.get(name);
  }

  /** The pod address of a node's instance manager. */
  ipOf(node: string, dataEngine: DataEngine): string {
    let number = this.nodeNumbers.get(node);
    if (number === undefined) this.nodeNumbers.set(node, (number = this.nodeNumbers.size));
    return `10.52.${String(number)}.${dataEngine === 'v2' ? '21' : '11'}`;
  }

  start(kind: InstanceKind, name: string, volume: string, node: string, dataEngine: DataEngine): Process {
    const slot = `${node}/${dataEngine}`;
    const offset = this.nextPort.get(slot) ?? 0;
    this.nextPort.set(slot, (offset + 1) % PORTS);
    const process: Process = { name, kind, volume, node, dataEngine, ip: this.ipOf(node, dataEngine), port: FIRST_PORT[dataEngine] + offset, uuid: this.random.uuid(), isRunning: false };
    this.processes.set(name, process);
    this.diedAt.delete(name);
    return process;
  }

  /** Takes over an instance that already runs when the controllers start. */
  adopt(process: Process): void {
    this.processes.set(process.name, process);
  }

  kill(name: string, at: number): boolean {
    if (!this.processes.delete(name)) return false;
    this.diedAt.set(name, at);
    return true;
  }

  /** Ends what matches; the names of what died. */
  killWhere(at: number, test: (process: Process) => boolean): string[] {
    const names = [...this.processes.values()].filter(test).map((process) => process.name);
    for (const name of names) this.kill(name, at);
    return names;
  }

  /** Everything that runs in a node's instance manager of a data engine. */
  within(node: string, dataEngine: DataEngine): Process[] {
    return [...this.processes.values()].filter((process) => process.node === node && process.dataEngine === dataEngine);
  }

  hasAny(test: (process: Process) => boolean): boolean {
    for (const process of this.processes.values()) if (test(process)) return true;
    return false;
  }

  forget(name: string): void {
    this.processes.delete(name);
    this.diedAt.delete(name);
  }
}
