import { describe, expect, it } from 'vitest';
import type { RawObject } from '../kube/types';
import { rawCluster } from '../testing/raw-cluster';
import { readImagePipeline } from './pipeline-image';
import { readMachinePipeline } from './pipeline-machine';
import { NOW, rawClass, rawImage, rawNode, rawProfile, rawReadyCluster, rawSetting } from './testing/cluster';

const ID = 'default/image-x7k2p';
const importing = (status: RawObject = {}, spec: RawObject = {}, metadata: RawObject = {}) => rawImage(spec, {
  progress: 43, conditions: [{ type: 'Initialized', status: 'True' }, { type: 'Imported', status: 'Unknown', reason: 'Importing', message: 'Image Importing' }], ...status
}, metadata);
const dataVolume = (name: string, phase: string, more: RawObject = {}, source: RawObject = { http: { url: 'https://example.com/jammy.img' } }) => ({
  apiVersion: 'cdi.kubevirt.io/v1beta1', kind: 'DataVolume', metadata: { name, namespace: 'default' },
  spec: { source, storage: { storageClassName: 'longhorn-v2', resources: { requests: { storage: '10Gi' } } } },
  status: { phase, progress: 'N/A', ...more }
});
const claim = (name: string, phase: string, volumeName = '', uid = 'claim-uid') => ({
  apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: 'default', uid }, spec: { volumeName, storageClassName: 'longhorn-v2' }, status: { phase }
});
const volume = (name: string, claimName: string, status: RawObject = {}) => ({
  apiVersion: 'longhorn.io/v1beta2', kind: 'Volume', metadata: { name, namespace: 'longhorn-system' },
  spec: { dataEngine: 'v2', numberOfReplicas: 3, size: '10737418240' },
  status: { state: 'attached', robustness: 'healthy', kubernetesStatus: { namespace: 'default', pvcName: claimName, pvName: name }, ...status }
});
const replica = (name: string, volumeName: string, nodeID: string) => ({
  apiVersion: 'longhorn.io/v1beta2', kind: 'Replica', metadata: { name, namespace: 'longhorn-system' }, spec: { volumeName, nodeID, dataEngine: 'v2' }, status: {}
});
const image = (objects: RawObject[], options = {}) => readImagePipeline(rawCluster([...rawReadyCluster(), ...objects], options), ID, NOW);
const stepOf = (pipeline: { steps: readonly { id: string; state: string; code: string; progress: number | null }[] }, id: string) => pipeline.steps.find(entry => entry.id === id);

describe('readImagePipeline', () => {
  it('is done when the image is ready', () => {
    const pipeline = image([rawImage(), dataVolume('image-x7k2p', 'Succeeded'), claim('image-x7k2p', 'Bound', 'pvc-1'), volume('pvc-1', 'image-x7k2p'), ...['1', '2', '3'].map(n => replica(`r${n}`, 'pvc-1', `node-${n}`))]);

    expect(pipeline).toMatchObject({ state: 'done', cause: null });
    expect(pipeline.steps.map(entry => [entry.id, entry.state])).toEqual([['image', 'done'], ['data-volume', 'done'], ['claim', 'done'], ['volume', 'done'], ['ready', 'done']]);
  });

  it('follows the transfer, through the claim CDI fills in the meantime', () => {
    const pipeline = image([importing(), dataVolume('image-x7k2p', 'ImportInProgress', { progress: '43.50%' }), claim('image-x7k2p', 'Pending'), claim('prime-claim-uid', 'Bound', 'pvc-1', 'x'), volume('pvc-1', 'prime-claim-uid')]);

    expect(pipeline.state).toBe('running');
    expect(stepOf(pipeline, 'data-volume')).toMatchObject({ state: 'running', progress: 43.5 });
    expect(stepOf(pipeline, 'claim')).toMatchObject({ state: 'running', code: 'filling' });
    expect(stepOf(pipeline, 'volume')?.state).toBe('done');
  });

  it('says finishing at 99 %, not an error', () => {
    const pipeline = image([importing({ progress: 99 }), dataVolume('image-x7k2p', 'ImportInProgress', { progress: '100.0%' })]);

    expect(stepOf(pipeline, 'ready')).toMatchObject({ state: 'running', code: 'finishing' });
    expect(pipeline.cause).toBeNull();
  });

  it.each([
    ['no-content-length', 'retry attempted 1/3 failed due to error: failed to fetch image size: Content-Length is not found in the header'],
    ['too-short', 'failed due to error: failed to fetch image virtual size: content length is less than 128 bytes'],
    ['url-unreachable', 'failed due to error: Get "https://x": dial tcp: lookup x: no such host'],
    ['class-missing', 'failed due to error: failed to get StorageClass x'],
    ['import-failed', 'failed due to error: something else']
  ])('explains a retry: %s', (code, message) => {
    const pipeline = image([importing({ progress: 0, failed: 2, conditions: [{ type: 'RetryLimitExceeded', status: 'False', message }] })]);

    expect(pipeline).toMatchObject({ state: 'stalled', cause: { code, isRecoverable: true, params: { attempt: 2, retry: 3, retrying: 'yes' } } });
    expect(pipeline.cause?.evidence[0]?.value).toBe(message);
  });

  it('calls an exceeded limit failed', () => {
    const message = 'retry attempted 3/3 failed due to error: failed to fetch image size: Content-Length is not found in the header';

    expect(image([importing({ progress: 0, failed: 4, conditions: [{ type: 'Initialized', status: 'False', message }, { type: 'RetryLimitExceeded', status: 'True', message }] })]))
      .toMatchObject({ state: 'failed', cause: { code: 'no-content-length', isRecoverable: false } });
  });

  it('reports an upload\'s own words', () => {
    expect(image([importing({ conditions: [{ type: 'Imported', status: 'False', reason: 'UploadFailed', message: 'boom' }] }, { sourceType: 'upload' })]))
      .toMatchObject({ state: 'failed', cause: { code: 'upload-failed', params: { message: 'boom' } } });
  });

  it('finds an upload that never arrives, after a minute', () => {
    const at = (createdAt: string) => image([importing({ progress: 0 }, { sourceType: 'upload' }, { creationTimestamp: createdAt })]).cause?.code;

    expect(at('2026-08-20T09:59:30Z')).toBeUndefined();
    expect(at('2026-08-20T09:50:00Z')).toBe('upload-not-arriving');
  });

  it('names the importer\'s own error', () => {
    expect(image([importing(), dataVolume('image-x7k2p', 'ImportInProgress', { restartCount: 3, conditions: [{ type: 'Running', status: 'False', reason: 'Error', message: 'expected status code 200, got 404' }] })]).cause)
      .toMatchObject({ code: 'url-not-found', params: { restarts: 3 } });
  });

  it('looks below a data volume that only waits: engine off, no place, unschedulable', () => {
    const waiting = [importing(), dataVolume('image-x7k2p', 'ImportScheduled'), claim('image-x7k2p', 'Pending')];

    expect(image([...waiting, rawSetting('longhorn-v2-data-engine-enabled', 'false')]).cause?.code).toBe('engine-off');
    expect(image([...waiting, ...['node-1', 'node-2', 'node-3'].flatMap(name => rawNode({ name, diskType: 'filesystem' }))]).cause?.code).toBe('no-place');
    expect(image([...waiting, rawClass('longhorn-v2', {}, { volumeBindingMode: 'WaitForFirstConsumer' })]).cause?.code).toBe('waits-for-consumer');
    expect(image([...waiting, claim('prime-claim-uid', 'Bound', 'pvc-1', 'x'), volume('pvc-1', 'prime-claim-uid', { conditions: [{ type: 'Scheduled', status: 'False', message: 'insufficient storage' }] })]).cause)
      .toMatchObject({ code: 'replicas-unschedulable', params: { message: 'insufficient storage' } });
    expect(image(waiting).cause).toBeNull();
  });

  it('is gone, or unknown when images can\'t be read', () => {
    expect(image([]).state).toBe('gone');
    expect(image([], { status: { 'harvesterhci.io.virtualmachineimage': 'forbidden' } }).state).toBe('unknown');
  });

  it('does not wait for storage it can\'t read', () => {
    const status = { 'longhorn.io.volume': 'forbidden', 'cdi.kubevirt.io.datavolume': 'absent', persistentvolumeclaim: 'forbidden' };
    const pipeline = image([importing()], { status });

    expect(pipeline.state).toBe('running');
    expect(['data-volume', 'claim', 'volume'].map(id => stepOf(pipeline, id)?.state)).toEqual(['unknown', 'unknown', 'unknown']);
  });
});

const VM = 'default/vm1';
const CLAIM = 'vm1-disk-0-abcde';
const machine = (spec: RawObject = {}, status: RawObject = { printableStatus: 'Provisioning' }) => ({
  apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine',
  metadata: {
    name: 'vm1', namespace: 'default', creationTimestamp: '2026-08-20T09:59:00Z',
    annotations: { 'harvesterhci.io/volumeClaimTemplates': JSON.stringify([{ metadata: { name: CLAIM, annotations: { 'harvesterhci.io/imageId': ID } }, spec: { storageClassName: 'longhorn-v2', resources: { requests: { storage: '10Gi' } } } }]) }
  },
  spec: {
    runStrategy: 'RerunOnFailure', ...spec,
    template: { spec: { domain: { devices: { disks: [{ name: 'disk-0', disk: {}, bootOrder: 1 }] } }, volumes: [{ name: 'disk-0', persistentVolumeClaim: { claimName: CLAIM } }] } }
  },
  status
});
const instance = (phase: string, more: RawObject = {}) => ({ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachineInstance', metadata: { name: 'vm1', namespace: 'default' }, status: { phase, nodeName: 'node-1', ...more } });
const clone = (phase: string, more: RawObject = {}) => dataVolume(CLAIM, phase, more, { pvc: { namespace: 'default', name: 'image-x7k2p' } });
const vm = (objects: RawObject[]) => readMachinePipeline(rawCluster([...rawReadyCluster(), rawImage(), ...objects]), VM, NOW);
const bound = [claim(CLAIM, 'Bound', 'pvc-2'), clone('Succeeded')];

describe('readMachinePipeline', () => {
  it('follows the copy without calling Provisioning an error', () => {
    const pipeline = vm([machine(), clone('CloneInProgress', { progress: '12.00%' }), claim(CLAIM, 'Pending')]);

    expect(pipeline).toMatchObject({ state: 'running', cause: null });
    expect(stepOf(pipeline, 'clone')).toMatchObject({ state: 'running', code: 'copying', progress: 12 });
    expect(stepOf(pipeline, 'boot')).toMatchObject({ state: 'waiting' });
  });

  it('is done when it runs, stopped when nobody wants it to', () => {
    expect(vm([machine({}, { printableStatus: 'Running' }), ...bound, volume('pvc-2', CLAIM), instance('Running')])).toMatchObject({ state: 'done' });
    expect(vm([machine({ runStrategy: 'Halted' }, { printableStatus: 'Stopped' }), ...bound, volume('pvc-2', CLAIM, { state: 'detached' })])).toMatchObject({ state: 'stopped', cause: null });
  });

  it.each([
    ['clone-without-source', [clone('Pending', { conditions: [{ type: 'Bound', status: 'False', reason: 'CloneWithoutSource', message: 'The source pvc image-x7k2p doesn\'t exist' }] })]],
    ['clone-too-small', [clone('CloneScheduled', { conditions: [{ type: 'Bound', status: 'False', reason: 'ErrIncompatiblePVC', message: 'target resources requests storage size is smaller than the source' }] })]],
    ['replicas-unschedulable', [clone('CloneScheduled'), claim(CLAIM, 'Bound', 'pvc-2'), volume('pvc-2', CLAIM, { conditions: [{ type: 'Scheduled', status: 'False', message: 'disks are unavailable' }] })]],
    ['node-without-engine', [...bound, volume('pvc-2', CLAIM, { state: 'detached' }), instance('Scheduled'), ...rawNode({ name: 'node-1', labels: { 'node.longhorn.io/disable-v2-data-engine': 'true' } })]],
    ['machine-unschedulable', [...bound, volume('pvc-2', CLAIM, { state: 'detached' }), instance('Scheduling', { nodeName: '', conditions: [{ type: 'PodScheduled', status: 'False', message: '0/3 nodes are available' }] })]],
    ['machine-refused', [...bound, { ...machine(), status: { conditions: [{ type: 'Failure', status: 'True', message: 'quota' }] } }]]
  ])('names the cause: %s', (code, objects) => {
    expect(vm([machine(), ...objects])).toMatchObject({ state: 'stalled', cause: { code } });
  });

  it('names a clone that waits for health it can\'t get', () => {
    const objects = [machine(), clone('PrepClaimInProgress'), claim(CLAIM, 'Bound', 'pvc-2'), rawProfile('longhorn-v2', 'csi-clone'), ...rawNode({ name: 'node-3', diskType: 'filesystem' }),
      volume('pvc-2', CLAIM, { robustness: 'degraded', cloneStatus: { state: 'copy-completed-awaiting-healthy' } }), replica('r1', 'pvc-2', 'node-1')];

    expect(vm(objects).cause).toMatchObject({ code: 'clone-awaits-healthy', params: { nodes: 2, replicas: 3 } });
  });

  it('names an image that is gone', () => {
    expect(readMachinePipeline(rawCluster([...rawReadyCluster(), machine({}, { printableStatus: 'ErrorPvcNotFound' })]), VM, NOW).cause?.code).toBe('image-missing');
  });

  it('remarks on a machine paused by an I/O error', () => {
    const pipeline = vm([machine({}, { printableStatus: 'Paused' }), ...bound, volume('pvc-2', CLAIM), instance('Running', { conditions: [{ type: 'Paused', status: 'True', reason: 'PausedIOError', message: 'VMI was paused, low-level IO error detected' }] })]);

    expect(pipeline).toMatchObject({ state: 'done', cause: { code: 'paused-io-error' } });
  });
});
