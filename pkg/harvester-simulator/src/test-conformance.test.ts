import { describe, expect, it } from 'vitest';
import { createCluster } from './cluster';
import type { NewObject } from './contract';
import { PROFILES } from './profiles';
import { createConformance, hasSchemas } from './test-conformance';

const IMAGE = 'harvesterhci.io.virtualmachineimage';
const GOOD = { displayName: 'jammy', sourceType: 'upload' };

function problemsOf(typeId: string, object: NewObject, minor: keyof typeof PROFILES = '1.9'): string[] {
  const cluster = createCluster({ profile: PROFILES[minor] });
  const { controller, take } = createConformance();
  cluster.start([controller]);
  cluster.store.create(typeId, object);
  cluster.stop();
  return take();
}

describe.skipIf(!hasSchemas())('the check against published schemas', () => {
  it('accepts what conforms and passes over kinds without a schema', () => {
    expect(problemsOf(IMAGE, { metadata: { name: 'i', namespace: 'default' }, spec: GOOD })).toEqual([]);
    expect(problemsOf('pod', { metadata: { name: 'p', namespace: 'default' }, anything: true })).toEqual([]);
  });

  it('finds fields that are unknown, missing or of another type', () => {
    expect(problemsOf(IMAGE, { metadata: { name: 'i', namespace: 'default' }, spec: { ...GOOD, made: 'up' } }).join()).toContain('VirtualMachineImage i /spec must NOT have additional properties {"additionalProperty":"made"}');
    expect(problemsOf(IMAGE, { metadata: { name: 'i', namespace: 'default' }, spec: { displayName: 'i' } }).join()).toContain('"missingProperty":"sourceType"');
    expect(problemsOf(IMAGE, { metadata: { name: 'i', namespace: 'default' }, spec: { ...GOOD, retry: '3' } }).join()).toContain('/spec/retry must be integer');
    expect(problemsOf('kubevirt.io.virtualmachine', { metadata: { name: 'v', namespace: 'default' }, spec: { template: { spec: { domain: { devices: {}, cpus: 2 } } } } }).join()).toContain('"additionalProperty":"cpus"');
  });

  it('goes by the Longhorn of the simulated version', () => {
    const frontend = { metadata: { name: 'e', namespace: 'longhorn-system' }, spec: { rebuildConcurrentSyncLimit: 1 } };
    expect(problemsOf('longhorn.io.engine', frontend, '1.9')).toEqual([]);
    expect(problemsOf('longhorn.io.engine', frontend, '1.5').join()).toContain('"additionalProperty":"rebuildConcurrentSyncLimit"');
  });

  it('sees objects written before it was attached, and each problem once', () => {
    const cluster = createCluster({ profile: PROFILES['1.9'] });
    const { controller, checked, take } = createConformance();
    for (const name of ['a', 'b']) cluster.store.create(IMAGE, { metadata: { name, namespace: 'default' }, spec: { ...GOOD, made: 'up' } });
    cluster.start([controller]);
    expect(checked.get('VirtualMachineImage')).toBe(2);
    expect(take()).toHaveLength(1);
    expect(take()).toEqual([]);
  });
});
