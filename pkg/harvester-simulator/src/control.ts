import type { IncomingMessage, ServerResponse } from 'node:http';
import { StoreError, type FaultDefinition } from './contract';
import { sendJson } from './http/answer';
import { isRecord, readData } from './http/body';
import { HttpError } from './http/errors';
import { PROFILES } from './profiles';
import type { Sockets } from './sockets';
import { ROLES, isRole } from './steve/access';
import type { World } from './world';

type Args = Readonly<Record<string, unknown>>;

interface Command {
  readonly name: string;
  readonly description: string;
  readonly args: readonly string[];
  run(args: Args): string;
}

function textArg(args: Args, name: string): string {
  const value = args[name];
  if (typeof value !== 'string' || value === '') throw new StoreError(422, 'Invalid', `${name} is required`);
  return value;
}

function numberArg(args: Args, name: string): number {
  const value = args[name];
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) throw new StoreError(422, 'Invalid', `${name} must be a number`);
  return number;
}

function optionalText(args: Args, name: string): string | undefined {
  return args[name] === undefined || args[name] === null ? undefined : textArg(args, name);
}

/** The simulator's own API, `/simulator/…`: what a demo's panel and tests turn. */
export class Control {
  private readonly commands: readonly Command[];

  constructor(private readonly world: World, private readonly sockets: Sockets) {
    this.commands = [...this.ownCommands(), ...world.wiring.faults.map((fault) => this.faultCommand(fault))];
  }

  /** What `GET /simulator` answers. */
  describe(): Record<string, unknown> {
    const { world } = this;
    const { clock, faults, store } = world.harvester.cluster;
    return {
      scenario: world.scenario,
      version: world.profile.serverVersion,
      longhorn: world.profile.longhorn,
      role: world.role,
      seed: world.seed,
      speed: world.speed,
      now: new Date(clock.now()).toISOString(),
      revision: store.revision,
      clusterId: world.clusterId,
      sockets: this.sockets.count,
      nodes: store.list('node').map((node) => node.metadata.name),
      faults: {
        downNodes: [...faults.downNodes],
        pulledDisks: [...faults.pulledDisks],
        replacedDisks: [...faults.replacedDisks],
        crashedInstanceManagers: [...faults.crashedInstanceManagers],
        rebuildErrors: Object.fromEntries(faults.rebuildErrors),
        api: world.apiFaults.describe()
      },
      scenarios: world.wiring.scenarios.map(({ name, description }) => ({ name, description })),
      versions: Object.values(PROFILES).map((profile) => profile.serverVersion),
      roles: ROLES,
      commands: this.commands.map(({ name, description, args }) => ({ name, description, args }))
    };
  }

  /** Runs a command by name; the sentence says what it did. Throws StoreError for unknown names and bad arguments. */
  run(name: string, args: Args = {}): string {
    const command = this.commands.find((known) => known.name === name);
    if (command === undefined) throw new StoreError(404, 'NotFound', `unknown command ${name}; known: ${this.commands.map((known) => known.name).join(', ')}`);
    return command.run(args);
  }

  async handle(path: readonly string[], req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (path.length === 0 && (req.method === 'GET' || req.method === 'HEAD')) {
      sendJson(res, 200, this.describe());
      return;
    }
    if (req.method !== 'POST' || path.length !== 1) throw new HttpError(path.length === 1 ? 405 : 404, 'NotFound', 'GET /simulator, or POST /simulator/<command>');
    const body = await readData(req);
    if (body !== undefined && !isRecord(body)) throw new HttpError(422, 'InvalidBodyContent', 'the arguments are a JSON object');
    const message = this.run(path[0] ?? '', body ?? {});
    sendJson(res, 200, { message, state: this.describe() });
  }

  private faultCommand(fault: FaultDefinition): Command {
    return { name: fault.name, description: fault.description, args: fault.args, run: (args) => fault.apply(this.world.harvester.cluster, args) };
  }

  private ownCommands(): Command[] {
    const { world, sockets } = this;
    return [
      {
        name: 'scenario', description: 'Starts over with another scenario.', args: ['name', 'seed?'],
        run: (args) => {
          const seed = args['seed'];
          world.reset({ scenario: textArg(args, 'name'), ...(typeof seed === 'string' || typeof seed === 'number' ? { seed } : {}) });
          return `Scenario ${world.scenario}.`;
        }
      },
      { name: 'reset', description: 'Starts the same scenario over.', args: [], run: () => { world.reset(); return `Scenario ${world.scenario}, from the start.`; } },
      {
        name: 'version', description: 'Starts over as another Harvester version.', args: ['version'],
        run: (args) => { world.reset({ version: textArg(args, 'version') }); return `Harvester ${world.profile.serverVersion} with Longhorn ${world.profile.longhorn}.`; }
      },
      {
        name: 'role', description: `Signs in as another role: ${ROLES.join(', ')}.`, args: ['role'],
        run: (args) => {
          const role = textArg(args, 'role');
          if (!isRole(role)) throw new StoreError(422, 'Invalid', `role must be one of ${ROLES.join(', ')}`);
          world.role = role;
          // Watches live with the rights they began with; a new session begins with new ones.
          sockets.drop();
          return `Signed in as ${role}.`;
        }
      },
      { name: 'speed', description: 'Cluster seconds per second; 0 stands still.', args: ['speed'], run: (args) => { world.speed = numberArg(args, 'speed'); return `Cluster time runs at ×${String(world.speed)}.`; } },
      {
        name: 'advance', description: 'Jumps ahead in cluster time, doing all that falls due.', args: ['seconds'],
        run: (args) => {
          const seconds = numberArg(args, 'seconds');
          if (seconds < 0 || seconds > 30 * 86_400) throw new StoreError(422, 'Invalid', 'seconds must be between 0 and 2592000');
          world.harvester.cluster.clock.advance(seconds * 1000);
          return `${String(seconds)} s later.`;
        }
      },
      ...this.apiFaultCommands()
    ];
  }

  private apiFaultCommands(): Command[] {
    const { world, sockets } = this;
    const { apiFaults } = world;
    return [
      {
        name: 'api-fault', description: 'Makes calls fail with a status: all, or those of a type (schema id) or method; `count` times, or until api-clear.', args: ['status', 'type?', 'method?', 'count?'],
        run: (args) => {
          const fault = { status: numberArg(args, 'status'), type: optionalText(args, 'type'), method: optionalText(args, 'method'), ...(args['count'] === undefined ? {} : { count: numberArg(args, 'count') }) };
          apiFaults.add(fault);
          return `${fault.method ?? 'Every'} call${fault.type === undefined ? '' : ` for ${fault.type}`} meets ${String(fault.status)}.`;
        }
      },
      { name: 'api-latency', description: 'Adds milliseconds before every answer.', args: ['ms'], run: (args) => { apiFaults.latency = Math.min(600_000, Math.max(0, numberArg(args, 'ms'))); return `Answers take ${String(apiFaults.latency)} ms longer.`; } },
      {
        name: 'api-offline', description: 'Cuts every connection and refuses new ones for so many seconds.', args: ['seconds'],
        run: (args) => { apiFaults.goOffline(numberArg(args, 'seconds') * 1000); sockets.drop(); return `Unreachable for ${String(numberArg(args, 'seconds'))} s.`; }
      },
      { name: 'api-drop-sockets', description: 'Cuts every WebSocket once.', args: [], run: () => { const { count } = sockets; sockets.drop(); return `${String(count)} sockets cut.`; } },
      { name: 'api-stop-watches', description: 'Ends every watch with resource.stop, as the server does after 30 minutes.', args: [], run: () => { sockets.stopWatches(); return 'Watches ended.'; } },
      {
        name: 'api-events', description: 'Duplicates or reorders events on the way.', args: ['duplicate?', 'reorder?'],
        run: (args) => {
          apiFaults.duplicateEvents = args['duplicate'] === true;
          apiFaults.reorderEvents = args['reorder'] === true;
          return `Events are ${[apiFaults.duplicateEvents ? 'duplicated' : '', apiFaults.reorderEvents ? 'reordered' : ''].filter((word) => word !== '').join(' and ') || 'left alone'}.`;
        }
      },
      { name: 'api-clear', description: 'Ends all API faults.', args: [], run: () => { apiFaults.clear(); return 'The API is well.'; } }
    ];
  }
}
