export { type ImagePlan } from './images';
export { addMachine, claimsOfMachine, recordWrites, settleMachines, volumeOfMachine, type MachinePlan } from './machines';
export { addNode, deviceName, type DiskPlan, type NodePlan } from './nodes';
export { addPlatform, addStorageClass, v2Parameters, type PlatformOptions } from './platform';
export { addBase, addImages, addMachines, advanceToRebuild, advanceUntil, engineFor, ordinaryNodes, rebuildProgress, replicasFor, stopMachine, UBUNTU, volumeFor, volumeNamed, type BaseOptions } from './base';
export { isDegraded, withApp, type AppPlan } from './app';
