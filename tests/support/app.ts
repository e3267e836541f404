import { createAppServer, listen, serveFolder } from '../../scripts/app-server';
import { embedCluster } from '../../scripts/embedded';
import type { Simulator, SimulatorOptions } from '../../pkg/harvester-simulator/src/index';
import { APP_FOLDER } from './global-setup';

export interface RunningApp {
  readonly url: string;
  readonly simulator: Simulator;
  /** Runs a command of the simulator's control API. */
  control(command: string, args?: Readonly<Record<string, unknown>>): string;
  close(): Promise<void>;
}

/** The built standalone app with an embedded cluster of its own, on a free port of loopback. */
export async function startApp(options: SimulatorOptions = {}): Promise<RunningApp> {
  const embedded = embedCluster(options);
  const { port, close } = await listen(createAppServer(embedded.side, serveFolder(APP_FOLDER)), 0, '127.0.0.1');

  return {
    url: `http://127.0.0.1:${ port }`,
    simulator: embedded.simulator,
    control: (command, args = {}) => embedded.simulator.control.run(command, args),
    async close() {
      await close();
      await embedded.simulator.close();
    }
  };
}
