import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../../pkg/harvester-simulator/bin/harvester-simulator.mjs', import.meta.url));

export interface RunningServer {
  readonly url: string;
  /** Milliseconds from the start of the process to its ready line. */
  readonly readyMs: number;
  /** Resident memory now, in bytes; read where Linux tells it. */
  residentBytes(): number;
  close(): Promise<void>;
}

function exited(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => { child.once('exit', () => { resolve(); }); });
}

/** The simulator as people start it: its own program, its own process. */
export async function startServer(args: readonly string[]): Promise<RunningServer> {
  const begun = performance.now();
  const child = spawn(process.execPath, [BIN, '--port', '0', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';

    child.once('exit', (code) => { reject(new Error(`the simulator ended with ${ String(code) } before it was ready: ${ said }`)); });
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const match = /ready at (http:\/\/[^/\s]+)/.exec(said);

      if (match?.[1]) {
        resolve(match[1]);
      }
    });
  });
  const readyMs = performance.now() - begun;

  return {
    url,
    readyMs,
    residentBytes: () => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${ String(child.pid) }/status`, 'utf8'))?.[1]) * 1024,
    async close() {
      const gone = exited(child);

      child.kill('SIGTERM');
      await gone;
    }
  };
}
