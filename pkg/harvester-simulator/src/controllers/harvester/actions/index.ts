import type { ActionHandler } from '../../../contract';
import { claimActions } from './claim';
import { copyActions } from './copy';
import { hotplugActions } from './hotplug';
import { migrationActions } from './migration';
import { nicActions } from './nic';
import { nodeActions } from './node';
import { powerActions } from './power';
import { resourceActions } from './resources';

/** Harvester's action handlers for VMs, claims and nodes: offered-rules, bodies and plain-text errors as upstream. */
export const actionHandlers: ActionHandler[] = [...powerActions, ...migrationActions, ...hotplugActions, ...nicActions, ...copyActions, ...resourceActions, ...claimActions, ...nodeActions];
