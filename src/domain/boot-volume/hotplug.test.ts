import { describe, expect, it } from 'vitest';
import { parseVirtualMachine } from '../harvester/virtual-machine';
import type { RawObject } from '../kube/types';
import { rawCluster } from '../testing/raw-cluster';
import { listHotplugCandidates } from './hotplug';

const claim = (name: string, more: RawObject = {}, annotations: RawObject = {}): RawObject => ({
  apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: 'default', annotations }, spec: { volumeName: `pv-${name}` }, status: { phase: 'Bound' }, ...more
});
const volume = (name: string, error: string): RawObject => ({ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: `pv-${name}`, annotations: { 'longhorn.io/volume-scheduling-error': error } } });
const machine = (name: string, claimName: string): RawObject => ({
  apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: { name, namespace: 'default' },
  spec: { template: { spec: { domain: { devices: { disks: [{ name: 'd', disk: {} }] } }, volumes: [{ name: 'd', persistentVolumeClaim: { claimName } }] } } }
});
const own = parseVirtualMachine(machine('vm1', 'root'));

describe('listHotplugCandidates', () => {
  it('tells which volumes the server would take, and why not the others', () => {
    const view = rawCluster([
      machine('vm1', 'root'), machine('vm2', 'theirs'), claim('root'), claim('theirs'), claim('free'), claim('pending', { status: { phase: 'Pending' } }),
      claim('tolerated'), volume('tolerated', 'replica scheduling failed'),
      claim('degraded'), volume('degraded', 'precheck new replica failed: disks are unavailable'),
      claim('from-image', {}, { 'harvesterhci.io/imageId': 'default/i' }), claim('golden', {}, { 'harvesterhci.io/goldenImage': 'true' })
    ]);

    expect(listHotplugCandidates(view, own).map(entry => [entry.claim.meta.name, entry.refusal, entry.detail])).toEqual([
      ['free', null, ''], ['tolerated', null, ''],
      ['degraded', 'scheduling-error', 'precheck new replica failed: disks are unavailable'], ['from-image', 'image-disk', 'default/i'],
      ['pending', 'not-bound', 'Pending'], ['theirs', 'attached', 'vm2']
    ]);
  });
});
