import { DEGRADED } from './degraded';
import { LAYOUTS } from './layout';
import { OBSTACLES } from './obstacles';
import type { NamedScenario } from './scenario';
import { SHOWCASE } from './showcase';
import { STATES } from './states';

export { buildScale, type ScaleOptions } from './scale';
export type { NamedScenario } from './scenario';

/** Named clusters. `build` fills an empty cluster whose controllers run; it lets cluster time pass on its own. */
export const SCENARIOS: Readonly<Record<string, NamedScenario>> = Object.freeze(Object.fromEntries([...SHOWCASE, ...LAYOUTS, ...DEGRADED, ...STATES, ...OBSTACLES].map((entry) => [entry.name, entry])));

/** The scenario that opens when none is asked for. */
export const DEFAULT_SCENARIO = 'default';
