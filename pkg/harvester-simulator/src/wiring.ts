import type { Controller, FaultDefinition, Scenario } from './contract';
import { actionHandlers } from './controllers/harvester/actions/index';
import { controllers as harvesterControllers, linkHandlers, streamActions } from './controllers/harvester/index';
import { longhornController } from './controllers/longhorn/index';
import { metricsController } from './metrics';
import { FAULTS } from './faults/index';
import { DEFAULT_SCENARIO, SCENARIOS } from './scenarios/index';
import type { Handlers } from './steve/surface';

/** Everything the other rooms put into a simulator. */
export interface Wiring {
  readonly controllers: readonly Controller[];
  readonly handlers: Handlers;
  readonly scenarios: readonly Scenario[];
  readonly faults: readonly FaultDefinition[];
}

export const WIRING: Wiring = {
  controllers: [longhornController, ...harvesterControllers, metricsController],
  handlers: { actions: actionHandlers, streams: streamActions, links: linkHandlers },
  // The first is what opens when none is asked for.
  scenarios: Object.values(SCENARIOS).sort((a, b) => Number(b.name === DEFAULT_SCENARIO) - Number(a.name === DEFAULT_SCENARIO)),
  faults: FAULTS
};
