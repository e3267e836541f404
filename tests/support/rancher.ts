import { createSimulator, type ExtensionBundle, type Simulator, type SimulatorOptions } from '../../pkg/harvester-simulator/src/index';
import { harvesterUi, hostDist } from './cache-folder';
import { testExtension } from './extension';

export interface RunningRancher {
  readonly url: string;
  readonly simulator: Simulator;
  /** Address of a page of Harvester's product for the simulated cluster. */
  page(path: string): string;
  /** Runs a command of the simulator's control API. */
  control(command: string, args?: Readonly<Record<string, unknown>>): string;
  /** Deletes an extension's UIPlugin: the dashboard no longer sees it when it is loaded anew. */
  uninstall(name: string): void;
  close(): Promise<void>;
}

export interface RancherOptions extends SimulatorOptions {
  /** Version of the published Harvester UI to load, or what stands in for it; '' for a Rancher without it. */
  readonly harvesterUi: string | ExtensionBundle;
  /** Leaves our extension out: for comparing with Harvester as it is. */
  readonly isBare?: boolean;
  /** Our extension as Rancher keeps it after an installation; without it, it is built from the present sources. */
  readonly installed?: ExtensionBundle;
}

/** A Rancher Dashboard with a published Harvester UI and our extension, above a simulated cluster of its own. */
export async function startRancher(options: RancherOptions): Promise<RunningRancher> {
  const { harvesterUi: version, isBare = false, installed, ...simulation } = options;
  const extensions: ExtensionBundle[] = [
    ...(version === '' ? [] : [typeof version === 'string' ? { name: 'harvester', version, dir: harvesterUi(version) } : version]),
    ...(isBare ? [] : [installed ?? await testExtension()])
  ];
  const simulator = createSimulator({
    baseTime: 'now',
    ...simulation,
    dashboardDir: hostDist(),
    extensions
  });
  const { url, close } = await simulator.listen(0);

  return {
    url,
    simulator,
    page: (path) => `${url}/harvester/c/${simulator.world.clusterId}/${path}`,
    control: (command, args = {}) => simulator.control.run(command, args),
    uninstall(name) {
      extensions.splice(extensions.findIndex((extension) => extension.name === name), 1);
    },
    async close() {
      await close();
      await simulator.close();
    }
  };
}
