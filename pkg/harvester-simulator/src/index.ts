export { createCluster, DEFAULT_TIMINGS, type ClusterOptions, type RunningCluster } from './cluster';
export { ManualClock, RealTimeClock } from './clock';
export { PROFILES, findProfile } from './profiles';
export { createRandom } from './random';
export { createStore } from './store';
export { createSimulator, type Simulator, type SimulatorOptions } from './server';
export type { ExtensionBundle } from './rancher/plugins';
export { ActionError, StoreError } from './contract';
export type * from './contract';
