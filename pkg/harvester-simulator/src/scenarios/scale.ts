import type { Cluster } from '../contract';
export interface ScaleOptions { volumes: number; nodes: number }
export function buildScale(_cluster: Cluster, _options: ScaleOptions): void { /* next */ }
