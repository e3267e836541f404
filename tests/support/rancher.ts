import { createSimulator, type Simulator, type SimulatorOptions } from '../../pkg/harvester-simulator/src/index';
import { harvesterUi, hostDist } from './cache-folder';
import { testExtension } from './extension';

export interface RunningRancher {
  readonly url: string;
  readonly simulator: Simulator;
  /** Address of a page of Harvester's product for the simulated cluster. */
  page(path: string): string;
  /** Runs a command of the simulator's control API. */
  control(command: string, args?: Readonly<Record<string, unknown>>): string;
  close(): Promise<void>;
}

export interface RancherOptions extends SimulatorOptions {
  /** Version of the published Harvester UI to load; '' for a Rancher without it. */
  readonly harvesterUi: string;
  /** Leaves our extension out: for comparing with Harvester as it is. */
  readonly isBare?: boolean;
}

/** A Rancher Dashboard with a published Harvester UI and our extension, above a simulated cluster of its own. */
export async function startRancher(options: RancherOptions): Promise<RunningRancher> {
  const { harvesterUi: version, isBare = false, ...simulation } = options;
  const simulator = createSimulator({
    baseTime: 'now',
    ...simulation,
    dashboardDir: hostDist(),
    extensions: [
      ...(version === '' ? [] : [{ name: 'harvester', version, dir: harvesterUi(version) }]),
      ...(isBare ? [] : [await testExtension()])
    ]
  });
  const { url, close } = await simulator.listen(0);

  return {
    url,
    simulator,
    page: (path) => `${url}/harvester/c/${simulator.world.clusterId}/${path}`,
    control: (command, args = {}) => simulator.control.run(command, args),
    async close() {
      await close();
      await simulator.close();
    }
  };
}
