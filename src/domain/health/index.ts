/** What the rest of the project uses of the verdict engine. */
export { diagnoseVolume } from './diagnose';
export { COMMON_PARAMS, diagnosisCatalogue } from './catalogue';
export type { CatalogueEntry } from './catalogue';
export { estimateRebuild, flatSince } from './rebuild-estimate';
export type { RebuildEstimate, RebuildSample } from './rebuild-estimate';
export type { StorageEvent, VolumeExtras } from './extras';
export type {
  DegradedPhase, Evidence, Finding, Level, ParamValue, RebuildView, ReplicaClass, ReplicaVerdict, VolumeHistory, VolumeVerdict
} from './types';
export { createRollupIndex, isOnLastCopy, judgeMachine, rollUp, scopesOf, WHOLE_CLUSTER, worseLevel } from './rollup';
export type { MachineHealth, Rollup, RollupIndex, Scope } from './rollup';
export { orderDrains, rehearseDrain, rehearseLoss } from './rehearse';
export type { DrainRehearsal, Loss, LossEffect, LossRehearsal, VolumeLoss } from './rehearse';
export { rehearseUpgrade } from './rehearse-upgrade';
export type { UpgradeRefusal } from './rehearse-upgrade';
export { deleteReplica, salvage, setOfflineRebuild, setReplicaCount, setScheduling } from './actions';
export type { ActionRequest, GuardedAction, Refusal } from './actions';
