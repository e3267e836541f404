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

describe.each([{ ...PROFILES['1.8'], volumes: 150 }, { ...PROFILES['1.9'], volumes: 300 }])('a large cluster of $longhorn', ({ volumes: count, ...profile }) => {
  it('is at rest, sound and ready to be disturbed', { timeout: 60_000 }, () => {
    const cluster = createCluster({ profile });
    const problems = guard(cluster);
    cluster.start([longhornController, ...controllers]);
    buildScale(cluster, { volumes: count, nodes: 10 });
    expect(cluster.store.list(LH.volume)).toHaveLength(count);
    const uids = new Set(cluster.store.types.flatMap(({ id }) => cluster.store.list(id)).map(({ metadata }) => metadata.uid));
    const owners = cluster.store.types.flatMap(({ id }) => cluster.store.list(id)).flatMap(({ metadata }) => metadata.ownerReferences ?? []);
    expect(owners.filter(({ uid }) => !uids.has(uid))).toEqual([]);
    const [machines, instances] = [cluster.store.list('kubevirt.io.virtualmachine'), cluster.store.list('kubevirt.io.virtualmachineinstance')];
    expect(machines).toHaveLength(count);
    expect(new Set(machines.map(({ status }) => status?.printableStatus))).toEqual(new Set(['Running', 'Stopped']));
    for (const { metadata, status } of instances) {
      const pods = cluster.store.list('pod', { labels: { 'kubevirt.io/created-by': metadata.uid ?? '' } });
      expect(pods.map((pod) => [pod.spec?.nodeName, pod.metadata.uid])).toEqual([[status?.nodeName, Object.keys(status?.activePods as object)[0]]]);
    }
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
