import { CliError, helpText, parseCli, type CliOptions } from './cli-options';
import { StoreError } from './contract';
import { generateLoad } from './load';
import { createSimulator, type Simulator } from './server';
import { buildScale } from './scenarios/index';
import { WIRING, type Wiring } from './wiring';

function wiringFor(options: CliOptions): { wiring: Wiring; scenario?: string } {
  const { volumes, nodes } = options;
  if (volumes === undefined && nodes === undefined) return { wiring: WIRING, ...(options.scenario === undefined ? {} : { scenario: options.scenario }) };
  const size = { volumes: volumes ?? 1000, nodes: nodes ?? 50 };
  const scale = { name: 'scale', description: `${String(size.volumes)} volumes on ${String(size.nodes)} nodes.`, build: (cluster: Parameters<typeof buildScale>[0]) => { buildScale(cluster, size); } };
  return { wiring: { ...WIRING, scenarios: [scale, ...WIRING.scenarios] }, scenario: options.scenario ?? 'scale' };
}

/** The simulator that a command line asks for; it does not listen yet. */
export function openFor(options: CliOptions): Simulator {
  const { version, role, seed, speed, baseTime, dashboardDir, extensions, allowRemote } = options;
  return createSimulator({
    ...wiringFor(options), speed, baseTime, extensions, allowRemote,
    ...(version === undefined ? {} : { version }),
    ...(role === undefined ? {} : { role }),
    ...(seed === undefined ? {} : { seed }),
    ...(dashboardDir === undefined ? {} : { dashboardDir })
  });
}

function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    // Without this the process would end as soon as nothing is pending.
    const keepAlive = setInterval(() => undefined, 3_600_000);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        clearInterval(keepAlive);
        resolve();
      });
    }
  });
}

/** The command line program. Resolves to the exit code when it is done. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const options = parseCli(argv);
    if (options.isHelp || options.isList) {
      console.log(options.isHelp ? helpText(WIRING.scenarios, WIRING.faults) : WIRING.scenarios.map(({ name, description }) => `${name}\t${description}`).join('\n'));
      return 0;
    }
    const simulator = openFor(options);
    const { url } = await simulator.listen(options.port, options.host);
    const { profile, scenario } = simulator.world;
    console.log(`Harvester ${profile.serverVersion} with Longhorn ${profile.longhorn}, scenario "${scenario}", ready at ${url}/v1/harvester`);
    const stopLoad = options.eventsPerSecond > 0 ? generateLoad(simulator.world, options.eventsPerSecond) : undefined;
    await untilInterrupted();
    stopLoad?.();
    await simulator.close();
    return 0;
  } catch (error) {
    const isPlain = error instanceof CliError || error instanceof StoreError || (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE');
    if (!isPlain) throw error;
    console.error(`${error.message}\nSee npx harvester-simulator --help`);
    return 2;
  }
}
