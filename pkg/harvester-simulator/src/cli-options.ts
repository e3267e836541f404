import { parseArgs } from 'node:util';
import { isRole, ROLES, type Role } from './steve/access';
import { PROFILES, findProfile } from './profiles';
import type { FaultDefinition, Scenario } from './contract';

export interface CliOptions {
  port: number;
  host: string;
  scenario?: string;
  version?: string;
  role?: Role;
  seed?: string;
  speed: number;
  /** 'now', or epoch milliseconds. */
  baseTime: number | 'now';
  volumes?: number;
  nodes?: number;
  eventsPerSecond: number;
  dashboardDir?: string;
  /** `name@version=folder` */
  extensions: { name: string; version: string; dir: string }[];
  /** Whether images may be downloaded from other machines. */
  allowRemote: boolean;
  isHelp: boolean;
  isList: boolean;
}

/** A wrong argument, in words for the person at the terminal. */
export class CliError extends Error {}

const FLAGS = {
  'port': { type: 'string', short: 'p' },
  'host': { type: 'string' },
  'scenario': { type: 'string', short: 's' },
  'version': { type: 'string', short: 'v' },
  'role': { type: 'string', short: 'r' },
  'seed': { type: 'string' },
  'speed': { type: 'string' },
  'base-time': { type: 'string' },
  'volumes': { type: 'string' },
  'nodes': { type: 'string' },
  'events-per-second': { type: 'string' },
  'dashboard': { type: 'string' },
  'extension': { type: 'string', multiple: true },
  'allow-remote': { type: 'boolean' },
  'list': { type: 'boolean' },
  'help': { type: 'boolean', short: 'h' }
} as const;

function wholeNumber(text: string | undefined, flag: string, least: number, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) throw new CliError(`--${flag} ${text}: give a whole number from ${String(least)} to ${String(most)}.`);
  return value;
}

function extension(text: string): { name: string; version: string; dir: string } {
  const match = /^([^@=]+)@([^=]+)=(.+)$/.exec(text);
  if (match?.[1] === undefined || match[2] === undefined || match[3] === undefined) throw new CliError(`--extension ${text}: write it as name@version=folder, for example --extension harvester@1.8.2=./plugin`);
  return { name: match[1], version: match[2], dir: match[3] };
}

function baseTime(text: string | undefined): number | 'now' {
  if (text === undefined || text === 'now') return 'now';
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new CliError(`--base-time ${text}: give "now" or a time such as 2026-09-01T08:00:00Z.`);
  return ms;
}

/** Reads the command line. Throws CliError. */
export function parseCli(argv: readonly string[]): CliOptions {
  let values: ReturnType<typeof read>;
  try {
    values = read(argv);
  } catch (error) {
    throw new CliError(error instanceof Error ? error.message.split('. ')[0] ?? error.message : String(error));
  }
  const speed = values.speed === undefined ? 1 : Number(values.speed);
  if (!Number.isFinite(speed) || speed < 0 || speed > 10_000) throw new CliError(`--speed ${String(values.speed)}: give a number from 0 (stand still) to 10000.`);
  if (values.role !== undefined && !isRole(values.role)) throw new CliError(`--role ${values.role}: choose one of ${ROLES.join(', ')}.`);
  if (values.version !== undefined && findProfile(values.version) === undefined) throw new CliError(`--version ${values.version}: choose one of ${Object.keys(PROFILES).join(', ')}.`);
  return {
    port: wholeNumber(values.port, 'port', 0, 65_535) ?? 8006,
    host: values.host ?? '127.0.0.1',
    scenario: values.scenario,
    version: values.version,
    role: values.role as Role | undefined,
    seed: values.seed,
    speed,
    baseTime: baseTime(values['base-time']),
    volumes: wholeNumber(values.volumes, 'volumes', 1, 20_000),
    nodes: wholeNumber(values.nodes, 'nodes', 1, 200),
    eventsPerSecond: wholeNumber(values['events-per-second'], 'events-per-second', 0, 5_000) ?? 0,
    dashboardDir: values.dashboard,
    extensions: (values.extension ?? []).map(extension),
    allowRemote: values['allow-remote'] === true,
    isHelp: values.help === true,
    isList: values.list === true
  };
}

function read(argv: readonly string[]) {
  return parseArgs({ args: [...argv], options: FLAGS, strict: true, allowPositionals: false }).values;
}

/** What each role may do, for those who choose one. */
const ROLE_WORDS: Record<Role, string> = {
  'admin': 'everything',
  'cluster-viewer': 'reads Harvester\'s own kinds and nodes; nothing of Longhorn',
  'project-member': 'edits machines, images and claims of project Default; sees no nodes, volumes or settings',
  'project-viewer': 'reads what a project member edits, except secrets'
};

/** Words over several lines, as wide as a terminal. */
function wrap(words: readonly string[], indent: string): string {
  const lines = [''];
  for (const word of words) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + word.length + 2 > 96) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line}  ${word}`;
  }
  return lines.map((line) => indent + line).join('\n');
}

/** The text of `--help`. */
export function helpText(scenarios: readonly Scenario[], faults: readonly FaultDefinition[] = []): string {
  const width = Math.max(...scenarios.map((scenario) => scenario.name.length), 0);
  const roles = Object.entries(ROLE_WORDS).map(([role, words]) => `  ${role.padEnd(14)}  ${words}`).join('\n');
  const versions = Object.values(PROFILES).map(({ harvester, serverVersion, longhorn }) => `  ${harvester}  Harvester ${serverVersion}, Longhorn ${longhorn}`).join('\n');
  return `harvester-simulator: a living Harvester cluster in one process, for demos and tests.

Usage
  npx harvester-simulator [options]

Options
  -p, --port <n>             port to listen on (default 8006; 0 picks a free one)
      --host <address>       address to listen on (default 127.0.0.1: this machine only)
  -s, --scenario <name>      which cluster to start with; see below
  -v, --version <v>          Harvester version: ${Object.keys(PROFILES).join(', ')} (default 1.8)
  -r, --role <role>          who is signed in: ${ROLES.join(', ')}
      --seed <text>          same seed and same calls, same cluster, to the last name (default 1)
      --speed <n>            cluster seconds per second (default 1; 10 shows a rebuild in a minute)
      --base-time <time>     where cluster time starts: "now" (default) or 2026-09-01T08:00:00Z
      --volumes <n>          a big cluster instead of a scenario: so many volumes
      --nodes <n>            on so many nodes (default 50)
      --events-per-second <n>  keep volumes changing at this rate
      --dashboard <folder>   serve a built Rancher Dashboard at /
      --extension <name@version=folder>  a UI extension for that dashboard; may be repeated
      --allow-remote         let images be downloaded from other machines, not only from this one
      --list                 only list the scenarios
  -h, --help                 this text

Try
  npx harvester-simulator --scenario ${scenarios[0]?.name ?? 'default'} --speed 10
  curl http://127.0.0.1:8006/v1/harvester/longhorn.io.volumes
  kubectl --server http://127.0.0.1:8006 get volumes.longhorn.io -A
  curl http://127.0.0.1:8006/simulator                       # what can be done to it
  curl -d '{"node":"harvester-2"}' http://127.0.0.1:8006/simulator/node-down

Versions
${versions}

Roles
${roles}

Things to make happen: POST /simulator/<name> with a JSON object (? may be left out)
${wrap(faults.map(({ name, args }) => [name, ...args.map((argument) => `<${argument}>`)].join(' ')), '  ')}
  and to the API itself: api-fault, api-latency, api-offline, api-drop-sockets, api-stop-watches, api-events, api-clear;
  to time: speed, advance; to the cluster: scenario, version, role, reset.

Scenarios
${scenarios.map((scenario) => `  ${scenario.name.padEnd(width)}  ${scenario.description}`).join('\n')}
`;
}
