import { rulesOf } from '../rule';
import type { Rule } from '../rule';
import type { Situation } from '../situation';
import type { Evidence, ParamValue } from '../types';
import { citeRobustness, citeVolume } from './cite';

/** `isKnown`: whether the shard group was read, which happens only with the details of one volume. */
export const SHARD_PARAMS = ['isKnown', 'failed', 'parity'] as const;

/** How many shards of an erasure-coded volume have failed, and how many may. */
export function describeShards(s: Situation): Readonly<Record<string, ParamValue>> {
  const group = s.extras?.shardGroup;
  return { isKnown: group === undefined ? 'no' : 'yes', failed: group?.failedCount ?? 0, parity: group?.parityChunks ?? 0 };
}

/** What says that the volume is sharded, and how its shards are. */
export function citeShards(s: Situation): readonly Evidence[] {
  const group = s.extras?.shardGroup;
  return [citeRobustness(s), citeVolume(s, 'spec.dataLayout.type', s.volume.dataLayout), ...(group === undefined ? [] : [citeVolume(s, `shardGroup ${group.name} status.state`, group.state)])];
}

const degraded = rulesOf('degraded');

/** An erasure-coded volume has shards in place of replicas: nothing of what is said of those holds for it. */
export const shardsDegraded: Rule = degraded('shards-degraded', { row: '83', needsHelp: true, params: SHARD_PARAMS }, (s) => {
  if (s.volume.dataLayout !== 'sharded') return null;
  const isRebuilding = s.extras?.shardGroup?.state === 'rebuilding';
  return { params: describeShards(s), phase: isRebuilding ? 'rebuilding' : null, needsHelp: !isRebuilding, evidence: citeShards(s) };
});
