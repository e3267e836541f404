import { fork, spawnSync, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Answer, Ask } from './protocol';

/** A running cluster in another process. */
export interface ClusterProcess {
  readonly url: string;
  /** Address of a page of Harvester's product. */
  page(path: string): string;
  /** Changes so many objects a second. Resolves when done: how many were written, and changes in all. */
  chatter(rate: number, seconds: number): Promise<{ readonly written: number; readonly seen: number }>;
  control(command: string, args?: Readonly<Record<string, unknown>>): Promise<string>;
  close(): Promise<void>;
}

function receive<K extends Answer['answer']>(child: ChildProcess, kind: K): Promise<Extract<Answer, { answer: K }>> {
  return new Promise((resolve, reject) => {
    const gone = (code: number | null): void => { reject(new Error(`the cluster ended with ${ String(code) }`)); };
    const look = (answer: Answer): void => {
      if (answer.answer === kind) {
        child.off('message', look);
        child.off('exit', gone);
        resolve(answer as Extract<Answer, { answer: K }>);
      }
    };

    child.on('message', look);
    child.once('exit', gone);
  });
}

/** Starts a cluster of so many volumes; `core` keeps it on one core, away from the browser's main thread as far as Linux can. */
export async function startCluster(volumes: number, uiVersion: string, core: number | null): Promise<ClusterProcess> {
  const child = fork(fileURLToPath(new URL('./cluster.ts', import.meta.url)), [String(volumes), uiVersion], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const { url, clusterId } = await receive(child, 'ready');

  if (core !== null) {
    spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(core), String(child.pid)], { stdio: 'ignore' });
  }
  const ask = (message: Ask): void => { child.send(message); };

  return {
    url,
    page: (path) => `${ url }/harvester/c/${ clusterId }/${ path }`,
    async chatter(rate, seconds) {
      const answer = receive(child, 'chatter');

      ask({ ask: 'chatter', rate, seconds });
      const { written, seen } = await answer;

      return { written, seen };
    },
    async control(command, args = {}) {
      const answer = receive(child, 'control');

      ask({ ask: 'control', command, args });

      return (await answer).message;
    },
    async close() {
      const gone = new Promise<void>((resolve) => { child.once('exit', () => { resolve(); }); });

      child.kill('SIGTERM');
      await gone;
    }
  };
}
