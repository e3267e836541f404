import { describe, expect, it } from 'vitest';
import { parsePersistentVolumeClaim } from '../harvester/persistent-volume-claim';
import { GIB } from '../kube/sizes';
import type { RawObject } from '../kube/types';
import { rawCluster } from '../testing/raw-cluster';
import { listExportTargets, planExpansion, planVolumeExport } from './plan-volume';
import { rawClass, rawReadyCluster } from './testing/cluster';

const rawClaim = (storageClassName: string, status: RawObject = {}): RawObject => ({
  apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data', namespace: 'default', resourceVersion: '41' },
  spec: { storageClassName, resources: { requests: { storage: '10Gi' } }, volumeName: 'pvc-1' }, status: { phase: 'Bound', capacity: { storage: '10Gi' }, ...status }
});
const claim = parsePersistentVolumeClaim(rawClaim('longhorn-v2'));
const view = (version = 'v1.8.2', more: readonly RawObject[] = []) => rawCluster([...rawReadyCluster(version), rawClass('harvester-longhorn', { dataEngine: 'v1' }), rawClaim('longhorn-v2'), ...more]);

describe('planExpansion', () => {
  it('grows in whole GiB, and only what was read', () => {
    expect(planExpansion(view(), claim, 19.5 * GIB)).toEqual({
      problems: [], operations: [{ op: 'test', path: '/metadata/resourceVersion', value: '41' }, { op: 'replace', path: '/spec/resources/requests/storage', value: '20Gi' }]
    });
  });

  it.each([
    ['expand-not-larger', view(), claim, 10],
    ['expand-version', view('v1.6.1'), claim, 20],
    ['expand-class', view('v1.8.2', [rawClass('longhorn-v2', {}, { allowVolumeExpansion: false })]), claim, 20],
    ['expand-not-bound', view(), parsePersistentVolumeClaim(rawClaim('longhorn-v2', { phase: 'Pending' })), 20],
    ['expand-running', view(), parsePersistentVolumeClaim(rawClaim('longhorn-v2', { conditions: [{ type: 'Resizing', status: 'True' }] })), 20]
  ] as const)('%s', (code, cluster, volume, gib) => {
    expect(planExpansion(cluster, volume, gib * GIB)).toMatchObject({ operations: null, problems: [{ code }] });
  });

  it('grows v1 volumes on versions that cannot grow v2 ones', () => {
    expect(planExpansion(view('v1.6.1'), parsePersistentVolumeClaim(rawClaim('harvester-longhorn')), 20 * GIB).operations).not.toBeNull();
  });
});

describe('volume export', () => {
  it('offers v2 classes first, and v1 ones with the reason for a v2 volume', () => {
    expect(listExportTargets(view(), claim)).toEqual([{ name: 'longhorn-v2', engine: 'v2', refusal: null }, { name: 'harvester-longhorn', engine: 'v1', refusal: 'export-v2-to-v1' }]);
    expect(listExportTargets(view(), parsePersistentVolumeClaim(rawClaim('harvester-longhorn'))).map(target => target.refusal)).toEqual([null, null]);
  });

  it('never offers classes that hold no images', () => {
    const names = listExportTargets(view('v1.8.2', [rawClass('lh-uid', { dataEngine: 'v1', backingImage: 'vmi-1' }), rawClass('secret', { encrypted: 'true' }), rawClass('longhorn-static', { dataEngine: 'v1' }), rawClass('sharded', { 'dataLayout.type': 'sharded' })]), claim).map(target => target.name);

    expect(names).toEqual(['longhorn-v2', 'harvester-longhorn']);
  });

  it('posts name, namespace and class, or says what stands against it', () => {
    const [v2, v1] = listExportTargets(view(), claim);

    expect(planVolumeExport(claim, 'copy.img', v2, []).body).toEqual({ displayName: 'copy.img', namespace: 'default', storageClassName: 'longhorn-v2' });
    expect(planVolumeExport(claim, 'copy.img', v1, [])).toMatchObject({ body: null, problems: [{ code: 'export-v2-to-v1' }] });
    expect(planVolumeExport(claim, 'copy.img', v2, ['copy.img'])).toMatchObject({ body: null, problems: [{ code: 'name-taken' }] });
    expect(planVolumeExport(claim, 'a b', undefined, null).problems.map(problem => problem.code)).toEqual(['name-not-label', 'class-required']);
  });
});
