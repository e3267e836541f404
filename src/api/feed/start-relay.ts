import { RELAY } from './relay';
import RelayWorker from './relay.worker?worker&inline';

/** Starts the relay in a worker of its own, of a script that travels with ours. Throws where a page may not start workers. */
export const startRelayWorker = (): Worker => new RelayWorker({ name: RELAY });
