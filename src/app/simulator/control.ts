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
  readonly nodes: readonly SimulatorNode[];
}

export interface SimulatorNode {
  readonly name: string;
  readonly isDown: boolean;
  readonly isCordoned: boolean;
  readonly disks: readonly { readonly name: string; readonly isPulled: boolean }[];
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

  return {
    scenario: data.scenario,
    scenarios: records(data.scenarios).map((each) => ({ name: text(each.name), description: text(each.description) })),
    version: text(data.version),
    versions: texts(data.versions),
    role: text(data.role),
    roles: texts(data.roles),
    speed: data.speed,
    now: timeOf(data.now),
    nodes: records(data.nodes).map((node) => ({
      name: text(node.name),
      isDown: node.down === true,
      isCordoned: node.cordoned === true,
      disks: records(node.disks).map((disk) => ({ name: text(disk.name), isPulled: disk.pulled === true }))
    }))
  };
}
