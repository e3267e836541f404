/**
 * The cluster of the health bench, in a process of its own: `cluster.ts <volumes>`. Serves a Rancher Dashboard with the
 * published Harvester UI and our extension. Talks over Node's IPC: `{ ask, … }` in, `{ answer, … }` out.
 */
import { buildScale } from '../../../pkg/harvester-simulator/src/scenarios/index';
import { createSimulator } from '../../../pkg/harvester-simulator/src/index';
import { WIRING } from '../../../pkg/harvester-simulator/src/wiring';
import { harvesterUi, hostDist } from '../../support/cache-folder';
import { testExtension } from '../../support/extension';
import { NODES, type Answer, type Ask } from './protocol';

const [volumes = '500', uiVersion = ''] = process.argv.slice(2);
const VOLUME = 'longhorn.io.volume';
const ENGINE = 'longhorn.io.engine';
const REPLICA = 'longhorn.io.replica';
const BATCH_MS = 25;

const scale = { name: 'scale', description: 'Many volumes.', build: (cluster: Parameters<typeof buildScale>[0]) => { buildScale(cluster, { volumes: Number(volumes), nodes: NODES }); } };
const simulator = createSimulator({
  wiring: { ...WIRING, scenarios: [scale] },
  baseTime: 'now',
  dashboardDir: hostDist(),
  extensions: [{ name: 'harvester', version: uiVersion, dir: harvesterUi(uiVersion) }, await testExtension()]
});
const { store } = simulator.cluster;

// A host has been down for two minutes: some thousand copies are out of reach, and verdicts have something to say.
simulator.control.run('node-down', { node: 'node-07' });
simulator.control.run('advance', { seconds: 150 });

/** Longhorn's own chatter: sizes of volumes and of their engines' snapshots, and now and then a replica. */
function change(turn: number, keys: Readonly<Record<string, readonly string[]>>): void {
  const type = turn % 20 === 0 ? REPLICA : turn % 2 === 0 ? ENGINE : VOLUME;
  const ids = keys[type] ?? [];

  store.edit(type, ids[(turn * 7919) % ids.length] ?? '', (draft) => {
    const status = (draft.status ??= {});

    if (type === VOLUME) {
      status.actualSize = Number(status.actualSize ?? 0) + 4096;
    } else {
      draft.metadata.annotations = { ...draft.metadata.annotations, 'bench/turn': String(turn) };
    }
  });
}

/** Changes objects at an even rate for some seconds. Resolves to how many changes the store saw, its own included. */
async function chatter(rate: number, seconds: number): Promise<{ written: number; seen: number }> {
  const keys = Object.fromEntries([VOLUME, ENGINE, REPLICA].map((type) => [type, store.list(type).map(({ metadata }) => `${ metadata.namespace ?? '' }/${ metadata.name }`)]));
  let seen = 0;
  const stop = store.watch(() => { seen += 1; });
  const begun = performance.now();
  let written = 0;

  while (written < rate * seconds) {
    const due = Math.min(rate * seconds, Math.floor((performance.now() - begun) / 1000 * rate));

    for (; written < due; written += 1) {
      change(written, keys);
    }
    await new Promise((resolve) => { setTimeout(resolve, BATCH_MS); });
  }
  stop();

  return { written, seen };
}

const reply = (answer: Answer): void => { process.send?.(answer); };

process.on('message', (message: Ask) => {
  if (message.ask === 'chatter') {
    void chatter(message.rate, message.seconds).then((result) => { reply({ answer: 'chatter', ...result }); });
  } else {
    reply({ answer: 'control', message: simulator.control.run(message.command, message.args) });
  }
});
process.on('disconnect', () => { process.exit(0); });

const { url } = await simulator.listen(0);

reply({ answer: 'ready', url, clusterId: simulator.world.clusterId });
