import { describe, expect, it } from 'vitest';
import { parseStorageClass } from '../harvester/storage-class';
import { rawCluster } from '../testing/raw-cluster';
import { listBootClasses, refuseClass } from './classes';
import { rawClass, rawNode, rawProfile, rawReadyCluster, rawSetting } from './testing/cluster';

describe('refuseClass', () => {
  it.each([
    ['engine-v1', rawClass('harvester-longhorn', { dataEngine: 'v1' })],
    ['engine-v1', { ...rawClass('no-engine'), parameters: { numberOfReplicas: '3' } }],
    ['not-longhorn', { ...rawClass('lvm'), provisioner: 'lvm.driver.harvesterhci.io' }],
    ['per-image', rawClass('lh-1234', { backingImage: 'vmi-1234' })],
    ['reserved', rawClass('longhorn-static')],
    ['reserved', rawClass('vmstate-persistence')],
    ['reserved', rawClass('x', {}, { metadata: { name: 'x', annotations: { 'harvesterhci.io/is-reserved-storageclass': 'true' } } })],
    ['sharded', rawClass('shards', { 'dataLayout.type': 'sharded' })],
    ['encrypted', rawClass('secret', { encrypted: 'true' })],
    ['being-deleted', rawClass('going', {}, { metadata: { name: 'going', deletionTimestamp: '2026-08-20T10:00:00Z' } })]
  ])('%s', (reason, raw) => {
    expect(refuseClass(parseStorageClass(raw))).toBe(reason);
  });

  it('lets a plain v2 class through', () => {
    expect(refuseClass(parseStorageClass(rawClass('longhorn-v2')))).toBeNull();
  });
});

describe('listBootClasses', () => {
  it('recommends one class, and never one that carries a grave warning', () => {
    const { offered, refused } = listBootClasses(rawCluster([
      ...rawReadyCluster(), rawClass('old', { migratable: 'false' }), rawClass('two', { numberOfReplicas: '2' }), rawClass('harvester-longhorn', { dataEngine: 'v1' })
    ]));

    expect(offered.map(entry => [entry.name, entry.isRecommended])).toEqual([['longhorn-v2', true], ['two', false], ['old', false]]);
    expect(offered[2]?.warnings).toContain('not-migratable');
    expect(refused.map(entry => entry.refusal)).toEqual(['engine-v1']);
  });

  it('recommends nothing when every class would stay degraded', () => {
    const objects = [rawSetting('server-version', 'v1.8.2'), ...rawNode({ name: 'node-1' }), rawClass('longhorn-v2'), rawProfile('longhorn-v2', 'csi-clone')];
    const { offered } = listBootClasses(rawCluster(objects));

    expect(offered[0]).toMatchObject({ isRecommended: false, usableNodes: ['node-1'] });
    expect(offered[0]?.warnings).toEqual(['clone-may-hang', 'too-few-nodes']);
  });

  it('shows the profile\'s strategy, and the annotation\'s while the profile can\'t be read', () => {
    const annotated = rawClass('longhorn-v2', {}, { metadata: { name: 'longhorn-v2', annotations: { 'cdi.harvesterhci.io/storageProfileCloneStrategy': 'csi-clone' } } });

    expect(listBootClasses(rawCluster([annotated, rawProfile('longhorn-v2', 'copy')])).offered[0]?.cloneStrategy).toBe('copy');
    expect(listBootClasses(rawCluster([annotated])).offered[0]?.cloneStrategy).toBe('csi-clone');
    expect(listBootClasses(rawCluster([rawClass('longhorn-v2')])).offered[0]?.cloneStrategy).toBe('unknown');
  });

  it('warns of a strategy that this version\'s Longhorn can\'t do', () => {
    const warningsOn = (version: string) => listBootClasses(rawCluster([...rawReadyCluster(version), rawProfile('longhorn-v2', 'csi-clone')])).offered[0]?.warnings;

    expect(warningsOn('v1.6.1')).toContain('clone-unsupported');
    expect(warningsOn('v1.8.2')).not.toContain('clone-unsupported');
  });

  it('counts no node without the engine towards a class', () => {
    const objects = [...rawReadyCluster(), ...rawNode({ name: 'node-3', labels: { 'node.longhorn.io/disable-v2-data-engine': 'true' } })];

    expect(listBootClasses(rawCluster(objects)).offered[0]?.usableNodes).toEqual(['node-1', 'node-2']);
    expect(listBootClasses(rawCluster(objects, { status: { 'longhorn.io.node': 'forbidden' } })).offered[0]?.usableNodes).toBeNull();
  });
});
