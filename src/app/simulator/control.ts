/** What the embedded cluster says of itself (`GET /simulator`), as far as the panel uses it. */
export interface SimulatorState {
  readonly scenario: string;
  readonly scenarios: readonly { readonly name: string; readonly description: string }[];
  readonly version: string;
  readonly versions: readonly string[];
  readonly role: string;
  readonly roles: readonly string[];
  readonly speed: number;
  /** Epoch milliseconds of cluster time. */
  readonly now: number | null;
  readonly nodes: readonly { readonly name: string; readonly isDown: boolean }[];
  /** `<node>/<disk>` of disks that are pulled out. */
  readonly pulledDisks: ReadonlySet<string>;
  readonly commands: readonly SimulatorCommand[];
}

export interface SimulatorCommand {
  readonly name: string;
  readonly description: string;
  readonly args: readonly { readonly name: string; readonly isOptional: boolean }[];
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const records = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isRecord) : []);
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : []);

function timeOf(value: unknown): number | null {
  const at = typeof value === 'number' ? value : Date.parse(text(value));

  return Number.isFinite(at) ? at : null;
}

/** Reads the answer; null when it is not a simulator's (a real server, or a page of a web server). */
export function parseSimulator(data: unknown): SimulatorState | null {
  if (!isRecord(data) || typeof data.scenario !== 'string' || typeof data.speed !== 'number') {
    return null;
  }
  const faults = isRecord(data.faults) ? data.faults : {};
  const down = new Set(texts(faults.downNodes));

  return {
    scenario: data.scenario,
    scenarios: records(data.scenarios).map((each) => ({ name: text(each.name), description: text(each.description) })),
    version: text(data.version),
    versions: texts(data.versions),
    role: text(data.role),
    roles: texts(data.roles),
    speed: data.speed,
    now: timeOf(data.now),
    nodes: texts(data.nodes).map((name) => ({ name, isDown: down.has(name) })),
    pulledDisks: new Set(texts(faults.pulledDisks)),
    commands: records(data.commands).map((command) => ({
      name: text(command.name),
      description: text(command.description),
      args: texts(command.args).map((arg) => ({ name: arg.replace(/\?$/, ''), isOptional: arg.endsWith('?') }))
    }))
  };
}

/** Arguments as typed: numbers and flags as such, what was left empty not at all. */
export function readArguments(typed: Readonly<Record<string, string>>): Record<string, string | number | boolean> {
  const args: Record<string, string | number | boolean> = {};

  for (const [name, value] of Object.entries(typed)) {
    const trimmed = value.trim();

    if (trimmed !== '') {
      args[name] = trimmed === 'true' ? true : trimmed === 'false' ? false : /^-?\d+(\.\d+)?$/.test(trimmed) ? Number(trimmed) : trimmed;
    }
  }

  return args;
}
