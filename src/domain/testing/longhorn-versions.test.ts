import { describe, expect, it } from 'vitest';
import { readFlagSetting, readLonghornMinor } from '../longhorn/cluster-settings';
import { verdictOf } from './verdict-of';
import { asLonghorn, LONGHORN_MINORS } from './longhorn-versions';
import type { LonghornMinor } from './longhorn-versions';
import { rawCluster } from './raw-cluster';
import { rawCondition, rawEngine, rawHealthyWorld, rawInfrastructure, rawKubeNode, rawPersistentVolume, rawReplica, rawSetting, rawVolume, rebuildOf, withObjects, VOLUME } from './raw-objects';

/** What each field came with, as section 1.10 of the Longhorn contract has it. */
const CAME_WITH: Readonly<Record<string, LonghornMinor>> = {
  offlineRebuilding: 9, cloneMode: 10, appliedRebuildingMBps: 10, fromReplicaAddressList: 11, currentEngineNodeID: 12, switchoverState: 12, dataLayout: 12, lastAutoSalvagedAt: 12, EngineFrontend: 12
};
const rebuilding = withObjects(rawHealthyWorld(), rawVolume({ status: { robustness: 'degraded', conditions: [rawCondition('Scheduled', false, 'ReplicaSchedulingFailure', 'precheck new replica failed: disks are unavailable; insufficient storage')] } }),
  rawEngine({ 1: 'RW', 2: 'RW', 3: 'WO' }, { status: { rebuildStatus: rebuildOf(3, 43, 1) } }), rawReplica(3, { spec: { healthyAt: '', rebuildRetryCount: 1 } }), rawSetting('fast-replica-rebuild-enabled', '{"v1":"true","v2":"false"}'));

describe.each(LONGHORN_MINORS)('a world of Longhorn 1.%i', (minor) => {
  const world = asLonghorn(minor, rebuilding);
  const text = JSON.stringify(world);

  it('has the fields and objects of its version and no later one', () => {
    for (const [name, since] of Object.entries(CAME_WITH)) expect(text.includes(`"${name}"`), name).toBe(since <= minor);
    expect(text.includes('precheck new replica failed: disks are unavailable; insufficient storage')).toBe(minor >= 10);
    expect(text.includes('precheck new replica failed;disks are unavailable;insufficient storage')).toBe(minor < 10);
    expect(text.includes('pendingNodeID')).toBe(minor < 9);
  });

  it('reads the same: version, settings per engine, verdict and the source of the rebuild', () => {
    const view = rawCluster(world);
    expect(readLonghornMinor(view)).toBe(minor);
    expect([readFlagSetting(view, 'fast-replica-rebuild-enabled', 'v1'), readFlagSetting(view, 'fast-replica-rebuild-enabled', 'v2')]).toEqual([true, false]);
    expect(view.get('longhorn.io.engine', `longhorn-system/${VOLUME}-e-0`)?.endpoint).toBe(minor < 12 ? `/dev/longhorn/${VOLUME}` : '');
    expect(verdictOf(world)).toMatchObject({ level: 'degraded', phase: 'rebuilding', headline: { code: 'rebuilding', params: { from: 'node-1', percent: 43 } } });
  });
});

it('the builders give a namespace to what has one, and to nothing else', () => {
  const namespaceOf = (raw: { readonly metadata?: unknown }) => (raw.metadata as { readonly namespace?: string }).namespace;
  expect([rawKubeNode(1), rawPersistentVolume('')].map(namespaceOf)).toEqual([undefined, undefined]);
  expect(rawCluster(rawInfrastructure()).get('node', 'node-1')?.meta.id).toBe('node-1');
  for (const raw of rawHealthyWorld()) expect(namespaceOf(raw), String(raw.kind)).toBe(raw.apiVersion === 'v1' ? undefined : 'longhorn-system');
});
