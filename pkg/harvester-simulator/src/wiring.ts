import type { Controller, FaultDefinition, Scenario } from './contract';
import { actionHandlers } from './controllers/harvester/actions/index';
import { controllers as harvesterControllers, linkHandlers, streamActions } from './controllers/harvester/index';
import { longhornController } from './controllers/longhorn/index';
import { FAULTS } from './faults/index';
import { SCENARIOS } from './scenarios/index';
import type { Handlers } from './steve/surface';

/** Everything the other rooms put into a simulator. */
export interface Wiring {
  readonly controllers: readonly Controller[];
  readonly handlers: Handlers;
  readonly scenarios: readonly Scenario[];
  readonly faults: readonly FaultDefinition[];
}

export const WIRING: Wiring = {
  controllers: [longhornController, ...harvesterControllers],
  handlers: { actions: actionHandlers, streams: streamActions, links: linkHandlers },
  scenarios: Object.values(SCENARIOS),
  faults: FAULTS
};
