import { createSimulator } from '../pkg/harvester-simulator/src/index';
import type { Simulator, SimulatorOptions } from '../pkg/harvester-simulator/src/index';
import type { ApiSide } from './app-server';

export interface EmbeddedCluster {
  readonly side: ApiSide;
  readonly simulator: Simulator;
  /** What it is, for the ready line. */
  readonly words: string;
  stop(): void;
}

/** The embedded Harvester, ready to be mounted beside the pages. Throws the simulator's own words for wrong names. */
export function embedCluster(options: SimulatorOptions): EmbeddedCluster {
  const simulator = createSimulator({ baseTime: 'now', ...options });
  const { scenario, profile } = simulator.world;

  return {
    simulator,
    side: { handle: (req, res) => simulator.handle(req, res), upgrade: (req, socket, head) => simulator.upgrade(req, socket, head) },
    words: `embedded Harvester ${ profile.serverVersion }, scenario "${ scenario }"`,
    stop: () => { void simulator.close(); }
  };
}
