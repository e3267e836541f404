import { describe, expect, it } from 'vitest';
import { createCluster } from '../cluster';
import { controllers } from '../controllers/harvester';
import { longhornController } from '../controllers/longhorn';
import { clusterProblems } from '../controllers/longhorn/invariants';
import { LH } from '../controllers/longhorn/kinds';
import { guard } from '../controllers/longhorn/test-support';
import type { Engine, Volume } from '../controllers/longhorn/types';
import { applyFault } from '../faults';
import { PROFILES } from '../profiles';
import { buildScale } from '.';

describe.each([PROFILES['1.8'], PROFILES['1.9']])('a large cluster of $longhorn', (profile) => {
  it('is at rest, sound and ready to be disturbed', { timeout: 60_000 }, () => {
    const cluster = createCluster({ profile });
    const problems = guard(cluster);
    cluster.start([longhornController, ...controllers]);
    buildScale(cluster, { volumes: 300, nodes: 10 });
    expect(cluster.store.list(LH.volume)).toHaveLength(300);
    expect(problems).toEqual([]);
    expect(clusterProblems(cluster)).toEqual([]);
    const addresses = cluster.store.list(LH.engine).flatMap((engine) => Object.values((engine as Engine).status.currentReplicaAddressMap ?? {}));
    expect(new Set(addresses).size).toBe(addresses.length);
    const { revision } = cluster.store;
    cluster.clock.advance(300_000);
    expect(cluster.store.revision).toBe(revision);
    applyFault(cluster, 'node-down', { node: 'node-03' });
    cluster.clock.advance(75_000);
    const volumes = cluster.store.list(LH.volume) as Volume[];
    const touched = volumes.filter((volume) => volume.status.state === 'attached' && volume.status.robustness !== 'healthy');
    const expected = volumes.filter((volume) => volume.status.state === 'attached' && cluster.store.list(LH.replica, { labels: { longhornvolume: volume.metadata.name } }).some((replica) => replica.spec?.nodeID === 'node-03'));
    expect(touched.length).toBeGreaterThan(20);
    expect(touched.map((volume) => volume.metadata.name).sort()).toEqual(expected.map((volume) => volume.metadata.name).sort());
    expect(problems).toEqual([]);
    cluster.stop();
  });
});
