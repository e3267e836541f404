import type { Scenario } from '../contract';

/** A scenario with the short name a menu shows. */
export interface NamedScenario extends Scenario {
  readonly title: string;
}

export function scenario(name: string, title: string, description: string, build: Scenario['build'], timings?: Scenario['timings']): NamedScenario {
  return { name, title, description, build, ...(timings === undefined ? {} : { timings }) };
}
