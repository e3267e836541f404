import { describe, expect, it } from 'vitest';
import type { RawObject } from '../kube/types';
import { rawCluster } from '../testing/raw-cluster';
import type { RawClusterOptions } from '../testing/raw-cluster';
import { Expected } from '../testing/told';
import { readImagePipeline } from './pipeline-image';
import { readMachinePipeline } from './pipeline-machine';
import { composePipeline, cause, step } from './pipeline-steps';
import type { Standing } from './standstill';
import { NOW, rawClass, rawImage, rawLonghornSetting, rawNode, rawProfile, rawReadyCluster, rawSetting } from './testing/cluster';
import { tellPipeline } from './testing/told';

const NAME = 'image-x7k2p';
const CLAIM = 'vm1-disk-0-abcde';
const at = (secondsAgo: number) => new Date(NOW - secondsAgo * 1000).toISOString();
const condition = (type: string, status: string, reason = '', message = '') => ({ type, status, reason, message });
const forbidden = (...kinds: string[]): RawClusterOptions => ({ status: Object.fromEntries(kinds.map(kind => [kind, 'forbidden'])) });

/** An image on its way, made `age` seconds ago. */
const importing = (status: RawObject = {}, spec: RawObject = {}, age = 30) => rawImage(spec, { progress: 43, conditions: [condition('Initialized', 'True'), condition('Imported', 'Unknown', 'Importing', 'Image Importing')], ...status }, { creationTimestamp: at(age) });
const dataVolume = (name: string, phase: string, status: RawObject = {}, source: RawObject = { http: { url: 'https://example.com/jammy.img' } }) => ({
  apiVersion: 'cdi.kubevirt.io/v1beta1', kind: 'DataVolume', metadata: { name, namespace: 'default' },
  spec: { source, storage: { storageClassName: 'longhorn-v2', resources: { requests: { storage: '10Gi' } } } }, status: { phase, progress: 'N/A', ...status }
});
const claim = (name: string, phase: string, volumeName = '', uid = 'claim-uid') => ({
  apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: 'default', uid }, spec: { volumeName, storageClassName: 'longhorn-v2' }, status: { phase }
});
const volume = (claimName: string, status: RawObject = {}, spec: RawObject = {}) => ({
  apiVersion: 'longhorn.io/v1beta2', kind: 'Volume', metadata: { name: 'pvc-1', namespace: 'longhorn-system' }, spec: { dataEngine: 'v2', numberOfReplicas: 3, size: '10737418240', ...spec },
  status: { state: 'attached', robustness: 'healthy', kubernetesStatus: { namespace: 'default', pvcName: claimName, pvName: 'pvc-1' }, ...status }
});
const replicas = (...nodes: readonly string[]) => nodes.map((nodeID, index) => ({ apiVersion: 'longhorn.io/v1beta2', kind: 'Replica', metadata: { name: `r${String(index)}`, namespace: 'longhorn-system' }, spec: { volumeName: 'pvc-1', nodeID, dataEngine: 'v2' }, status: {} }));
const placed = replicas('node-1', 'node-2', 'node-3');
const unscheduled = { conditions: [condition('Scheduled', 'False', 'ReplicaSchedulingFailure', 'insufficient storage')] };
const waiting = [importing(), dataVolume(NAME, 'ImportScheduled'), claim(NAME, 'Pending')];
const retry = (message: string, status: RawObject = {}) => [importing({ progress: 0, failed: 2, conditions: [condition('RetryLimitExceeded', 'False', '', message)], ...status })];

type Case = readonly [name: string, objects: readonly RawObject[], options?: RawClusterOptions & { readonly standing?: Standing }];

function expectPipelines(file: string, read: (objects: readonly RawObject[], options: RawClusterOptions, standing: Standing | undefined) => string, cases: readonly Case[]): void {
  const expected = new Expected(new URL(`./testing/expected/${file}`, import.meta.url));

  for (const [name, objects, { standing, ...options } = {}] of cases) {
    it(name, () => {
      const told = read(objects, { readAt: NOW - 1000, ...options }, standing);

      expect(told).toBe(expected.of(name, told));
    });
  }

  it('is no more than the file expects', () => { expect(expected.unused()).toEqual([]); });
}

describe('an image on its way, and all that is told of it', () => {
  expectPipelines('pipelines-image.txt', (objects, options, standing) => tellPipeline(readImagePipeline(rawCluster([...rawReadyCluster(), ...objects], options), `default/${NAME}`, NOW, standing)), [
    ['it does not exist', []],
    ['images may not be read', [], forbidden('harvesterhci.io.virtualmachineimage')],
    ['ready', [rawImage(), dataVolume(NAME, 'Succeeded'), claim(NAME, 'Bound', 'pvc-1'), volume(NAME), ...placed]],
    ['ready, its data volume collected', [rawImage(), claim(NAME, 'Bound', 'pvc-1'), volume(NAME), ...placed]],
    ['ready, of no known size', [rawImage({}, { virtualSize: undefined, size: undefined }), claim(NAME, 'Bound', 'pvc-1'), volume(NAME), ...placed]],
    ['on v1, on its way', [importing({}, { backend: 'backingimage' })]],
    ['on v1, ready', [rawImage({ backend: 'backingimage' })]],
    ['just made', [importing({ progress: undefined, conditions: [] }, {}, 1)]],
    ['not initialised yet', [importing({ progress: 0, conditions: [condition('Initialized', 'Unknown')] })]],
    ['on its way, nothing may be read of its storage', [importing()], forbidden('cdi.kubevirt.io.datavolume', 'persistentvolumeclaim', 'longhorn.io.volume')],
    ['waits for its data volume', [importing()]],
    ['waits for its importer', waiting],
    ['is transferred behind another claim', [importing(), dataVolume(NAME, 'ImportInProgress', { progress: '43.50%' }), claim(NAME, 'Pending'), claim('prime-claim-uid', 'Bound', 'pvc-1', 'x'), volume('prime-claim-uid'), ...placed]],
    ['is transferred behind the claim of a clone', [importing(), dataVolume(NAME, 'CloneInProgress', { progress: '1.00%' }), claim(NAME, 'Pending'), claim('tmp-pvc-claim-uid', 'Bound', 'pvc-1', 'x'), volume('tmp-pvc-claim-uid'), ...replicas('node-1')]],
    ['at 98 %', [importing({ progress: 98 }), dataVolume(NAME, 'ImportInProgress', { progress: '98.0%' })]],
    ['at 99 %', [importing({ progress: 99 }), dataVolume(NAME, 'ImportInProgress', { progress: '100.0%' })]],
    ['its claim is lost', [importing(), dataVolume(NAME, 'ImportInProgress'), claim(NAME, 'Lost')]],
    ['its claim is bound and being filled', [importing(), dataVolume(NAME, 'ImportInProgress'), claim(NAME, 'Bound')]],
    ['its volume is short of a place', [importing(), dataVolume(NAME, 'ImportInProgress'), claim(NAME, 'Bound', 'pvc-1'), volume(NAME, unscheduled), ...replicas('node-1', '')]],
    ['its volume has fewer copies', [importing(), dataVolume(NAME, 'ImportInProgress'), claim(NAME, 'Bound', 'pvc-1'), volume(NAME), ...replicas('node-1')]],
    ['its volume has no place at all', [importing(), dataVolume(NAME, 'ImportScheduled'), claim(NAME, 'Bound', 'pvc-1'), volume(NAME, unscheduled), ...replicas('', '')]],
    ['its volume is faulted', [importing(), dataVolume(NAME, 'ImportInProgress'), claim(NAME, 'Bound', 'pvc-1'), volume(NAME, { robustness: 'faulted' }), ...placed]],
    ['its volume does not tell how many copies it wants', [importing(), dataVolume(NAME, 'ImportInProgress'), claim(NAME, 'Bound', 'pvc-1'), volume(NAME, unscheduled, { numberOfReplicas: undefined })]],
    ['its data volume has failed', [importing(), dataVolume(NAME, 'Failed', { restartCount: 3 })]],
    ['an upload that failed', [importing({ conditions: [condition('Imported', 'False', 'UploadFailed', 'boom')] }, { sourceType: 'upload' })]],
    ['an upload that may yet come', [importing({ progress: 0 }, { sourceType: 'upload' }, 59)]],
    ['an upload that does not come', [importing({ progress: 0 }, { sourceType: 'upload' }, 60)]],
    ['a data volume that does not come', [importing({}, {}, 60)]],
    ['a data volume that does not come, or may not be read', [importing({}, {}, 60)], forbidden('cdi.kubevirt.io.datavolume')],
    ['an import that failed, without a word', [importing({ conditions: [condition('Imported', 'False')] })]],
    ['a retry: no length', retry('failed to fetch image size: Content-Length is not found in the header')],
    ['a retry: too short', retry('content length is less than 128 bytes')],
    ['a retry: not found', retry('got 404')],
    ['a retry: refused', retry('got 403')],
    ['a retry: not authorised', retry('got 401')],
    ['a retry: no such host', retry('lookup x: no such host')],
    ['a retry: a certificate', retry('x509: unknown authority')],
    ['a retry: no class', retry('failed to get StorageClass x')],
    ['a retry: a source that is not supported', retry('unsupported source type clone')],
    ['a retry: something else', retry('something else')],
    ['a retry: told by its initialisation', [importing({ progress: 0, failed: 1, conditions: [condition('Initialized', 'False', '', 'got 404')] })]],
    ['a word, and nothing has failed', [importing({ failed: 0, conditions: [condition('Initialized', 'False', '', 'got 404')] }), dataVolume(NAME, 'ImportScheduled')]],
    ['more tries than allowed are counted as allowed', retry('something else', { failed: 9 })],
    ['given up', [importing({ progress: 0, failed: 4, conditions: [condition('Initialized', 'False', '', 'got 404'), condition('RetryLimitExceeded', 'True', '', 'got 404 at last')] })]],
    ['given up, the word said before', [importing({ progress: 0, failed: 4, conditions: [condition('Initialized', 'False', '', 'got 404'), condition('RetryLimitExceeded', 'True')] })]],
    ['given up, without a word', [importing({ progress: 0, failed: 4, conditions: [condition('RetryLimitExceeded', 'True')] })]],
    ['the importer: not found', [importing(), dataVolume(NAME, 'ImportInProgress', { restartCount: 3, conditions: [condition('Running', 'False', 'Error', 'expected status code 200, got 404')] })]],
    ['the importer: refused', [importing(), dataVolume(NAME, 'ImportInProgress', { restartCount: 1, conditions: [condition('Running', 'False', 'Error', 'got 401')] })]],
    ['the importer: out of reach', [importing(), dataVolume(NAME, 'ImportInProgress', { restartCount: 1, conditions: [condition('Running', 'False', 'Error', 'connection refused')] })]],
    ['the importer: too large', [importing(), dataVolume(NAME, 'ImportInProgress', { restartCount: 1, conditions: [condition('Running', 'False', 'Error', 'virtual image size 10 is larger than the reported available storage 5')] })]],
    ['the importer: not an image', [importing(), dataVolume(NAME, 'ImportInProgress', { restartCount: 1, conditions: [condition('Running', 'False', 'Error', 'invalid qcow header')] })]],
    ['the importer dies without a word', [importing(), dataVolume(NAME, 'ImportInProgress', { restartCount: 1 })]],
    ['the importer had died and runs', [importing(), dataVolume(NAME, 'ImportInProgress', { restartCount: 1, conditions: [condition('Running', 'True')] })]],
    ['the importer had died and is done', [importing(), dataVolume(NAME, 'Succeeded', { restartCount: 1 })]],
    ['the importer errs for the first time', [importing(), dataVolume(NAME, 'ImportInProgress', { conditions: [condition('Running', 'False', 'Error', 'odd')] })]],
    ['the importer has not begun', [importing(), dataVolume(NAME, 'ImportScheduled', { conditions: [condition('Running', 'False', 'Pending', '')] })]],
    ['the data volume waits for a consumer', [importing(), dataVolume(NAME, 'WaitForFirstConsumer')]],
    ['the engine is off', [...waiting, rawSetting('longhorn-v2-data-engine-enabled', 'false')]],
    ['the engine is off in Longhorn, nobody knows of Harvester', [...waiting, rawLonghornSetting('v2-data-engine', 'false')]],
    ['the class is gone', [importing({}, { targetStorageClassName: 'gone' }), dataVolume(NAME, 'ImportScheduled'), claim(NAME, 'Pending')]],
    ['the class may not be read', [importing({}, { targetStorageClassName: 'gone' }), dataVolume(NAME, 'ImportScheduled'), claim(NAME, 'Pending')], forbidden('storage.k8s.io.storageclass')],
    ['the class is not for v2', [...waiting, rawClass('longhorn-v2', { dataEngine: 'v1' }), rawSetting('longhorn-v2-data-engine-enabled', 'false')]],
    ['the class binds late', [...waiting, rawClass('longhorn-v2', {}, { volumeBindingMode: 'WaitForFirstConsumer' })]],
    ['the class binds late, and nothing is claimed yet', [importing(), dataVolume(NAME, 'ImportScheduled'), rawClass('longhorn-v2', {}, { volumeBindingMode: 'WaitForFirstConsumer' })]],
    ['no node has a disk', [...waiting, ...['node-1', 'node-2', 'node-3'].flatMap(name => rawNode({ name, diskType: 'filesystem' }))]],
    ['no disk has room', [...waiting, ...['node-1', 'node-2', 'node-3'].flatMap(name => rawNode({ name, scheduled: 999 }))]],
    ['nodes may not be read', waiting, forbidden('longhorn.io.node')],
    ['one disk has room', [...waiting, ...['node-1', 'node-2'].flatMap(name => rawNode({ name, scheduled: 999 }))]],
    ['it does not move', [importing(), dataVolume(NAME, 'ImportInProgress', { progress: '43.50%' })], { standing: { phase: 'ImportInProgress', progress: 43.5, since: NOW - 60_000 } }],
    ['it has not moved for less than a minute', [importing(), dataVolume(NAME, 'ImportInProgress', { progress: '43.50%' })], { standing: { phase: 'ImportInProgress', progress: 43.5, since: NOW - 59_999 } }],
    ['it waits, for three minutes', waiting, { standing: { phase: 'ImportScheduled', progress: null, since: NOW - 180_000 } }],
    ['it waits, for less than three minutes', waiting, { standing: { phase: 'ImportScheduled', progress: null, since: NOW - 179_999 } }],
    ['it copies, and tells no percent', [importing(), dataVolume(NAME, 'CSICloneInProgress')], { standing: { phase: 'CSICloneInProgress', progress: null, since: NOW - 900_000 } }],
    ['it stands in another phase than was watched', waiting, { standing: { phase: 'Pending', progress: null, since: NOW - 900_000 } }],
    ['it stands at another percent than was watched', [importing(), dataVolume(NAME, 'ImportInProgress', { progress: '43.50%' })], { standing: { phase: 'ImportInProgress', progress: 43, since: NOW - 900_000 } }],
    ['it stands at 100 %', [importing(), dataVolume(NAME, 'ImportInProgress', { progress: '100.0%' })], { standing: { phase: 'ImportInProgress', progress: 100, since: NOW - 900_000 } }],
    ['it is ready for an upload, for long', [importing({}, { sourceType: 'upload' }), dataVolume(NAME, 'UploadReady', { progress: '3.00%' })], { standing: { phase: 'UploadReady', progress: 3, since: NOW - 900_000 } }],
    ['it stands, and may have moved since', [importing(), dataVolume(NAME, 'ImportInProgress', { progress: '43.50%' })], { status: { 'cdi.kubevirt.io.datavolume': 'stale' }, standing: { phase: 'ImportInProgress', progress: 43.5, since: NOW - 900_000 } }]
  ]);
});

const template = (imageId = `default/${NAME}`, storageClassName = 'longhorn-v2') => JSON.stringify([{ metadata: { name: CLAIM, annotations: { 'harvesterhci.io/imageId': imageId } }, spec: { storageClassName, resources: { requests: { storage: '10Gi' } } } }]);
const machine = (spec: RawObject = {}, status: RawObject = {}, metadata: RawObject = {}) => ({
  apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: { name: 'vm1', namespace: 'default', creationTimestamp: at(60), annotations: { 'harvesterhci.io/volumeClaimTemplates': template() }, ...metadata },
  spec: { runStrategy: 'RerunOnFailure', template: { spec: { domain: { devices: { disks: [{ name: 'disk-0', bootOrder: 1, disk: { bus: 'virtio' } }] } }, volumes: [{ name: 'disk-0', persistentVolumeClaim: { claimName: CLAIM } }] } }, ...spec },
  status: { printableStatus: 'Provisioning', ...status }
});
const instance = (phase: string, status: RawObject = {}) => ({ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachineInstance', metadata: { name: 'vm1', namespace: 'default' }, spec: {}, status: { phase, nodeName: 'node-1', ...status } });
const clone = (phase: string, status: RawObject = {}) => dataVolume(CLAIM, phase, status, { pvc: { namespace: 'default', name: NAME } });
const bound = [rawImage(), clone('Succeeded'), claim(CLAIM, 'Bound', 'pvc-1')];
const attachment = (message: string, satisfied = false) => ({ apiVersion: 'longhorn.io/v1beta2', kind: 'VolumeAttachment', metadata: { name: 'pvc-1', namespace: 'longhorn-system' }, spec: { volume: 'pvc-1', attachmentTickets: { a: { id: 'a', type: 'csi-attacher', nodeID: 'node-2' } } }, status: { attachmentTicketStatuses: { a: { id: 'a', satisfied, conditions: [condition('Satisfied', satisfied ? 'True' : 'False', '', message)] } } } });
const noDisk = { template: { spec: { domain: { devices: { disks: [] } }, volumes: [] } } };
const disabled = rawNode({ name: 'node-1', labels: { 'node.longhorn.io/disable-v2-data-engine': 'true' } });
const cloned = { robustness: 'degraded', cloneStatus: { state: 'copy-completed-awaiting-healthy', sourceVolume: 'pvc-0' } };

describe('a VM on its way, and all that is told of it', () => {
  expectPipelines('pipelines-machine.txt', (objects, options, standing) => tellPipeline(readMachinePipeline(rawCluster([...rawReadyCluster(), ...objects], options), 'default/vm1', NOW, () => standing)), [
    ['it does not exist', []],
    ['VMs may not be read', [], forbidden('kubevirt.io.virtualmachine')],
    ['it has no disk', [machine(noDisk)]],
    ['it has no disk, and is refused', [machine(noDisk, { conditions: [condition('Failure', 'True', '', 'quota')] })]],
    ['it runs', [machine({}, { printableStatus: 'Running' }), ...bound, volume(CLAIM), ...placed, instance('Running')]],
    ['it runs, and its disk is faulted', [machine({}, { printableStatus: 'Running' }), ...bound, volume(CLAIM, { robustness: 'faulted' }), ...placed, instance('Running')]],
    ['it is paused by an I/O error', [machine({}, { printableStatus: 'Paused' }), ...bound, volume(CLAIM), ...placed, instance('Running', { conditions: [condition('Paused', 'True', 'PausedIOError', 'low-level IO error detected')] })]],
    ['it is paused by an error of its own words', [machine({}, { printableStatus: 'Paused' }), ...bound, volume(CLAIM), ...placed, instance('Running', { conditions: [condition('Paused', 'True', 'Paused', 'I/O error on vda')] })]],
    ['it is paused by its user', [machine({}, { printableStatus: 'Paused' }), ...bound, volume(CLAIM), ...placed, instance('Running', { conditions: [condition('Paused', 'True', 'PausedByUser', 'VMI was paused by user')] })]],
    ['it was paused', [machine({}, { printableStatus: 'Running' }), ...bound, volume(CLAIM), ...placed, instance('Running', { conditions: [condition('Paused', 'False', 'PausedIOError')] })]],
    ['it is stopped', [machine({ runStrategy: 'Halted' }, { printableStatus: 'Stopped' }), ...bound, volume(CLAIM, { state: 'detached' }), ...placed]],
    ['it is to be stopped, and its disk is being made', [machine({ runStrategy: 'Halted' }, { printableStatus: 'Provisioning' }), rawImage(), clone('CloneInProgress', { progress: '20.00%' }), claim(CLAIM, 'Pending')]],
    ['it is to be stopped, and nothing may be read of its disk', [machine({ runStrategy: 'Halted' })], forbidden('cdi.kubevirt.io.datavolume', 'persistentvolumeclaim', 'longhorn.io.volume', 'harvesterhci.io.virtualmachineimage')],
    ['nothing may be read of its disk', [machine()], forbidden('cdi.kubevirt.io.datavolume', 'persistentvolumeclaim', 'longhorn.io.volume', 'harvesterhci.io.virtualmachineimage')],
    ['its image is being imported', [machine(), importing()]],
    ['its image is gone', [machine()]],
    ['its image is gone, it was made just now', [machine({}, {}, { creationTimestamp: at(4) })]],
    ['its image was gone five seconds after it was made', [machine({}, {}, { creationTimestamp: at(5) })]],
    ['its image is gone, and nobody knows when it was made', [machine({}, {}, { creationTimestamp: undefined })]],
    ['its image is gone, and its disk is there', [machine(), claim(CLAIM, 'Pending')]],
    ['its image is gone, and claims may not be read', [machine()], forbidden('persistentvolumeclaim')],
    ['from an image on v1', [machine(), rawImage({ backend: 'backingimage' }), claim(CLAIM, 'Pending')]],
    ['from no image', [machine({}, {}, { annotations: { 'harvesterhci.io/volumeClaimTemplates': template('') } }), claim(CLAIM, 'Pending')]],
    ['its clone waits', [machine(), rawImage()]],
    ['its clone is prepared', [machine(), rawImage(), clone('CloneScheduled'), claim(CLAIM, 'Pending')]],
    ['its clone runs', [machine(), rawImage(), clone('CloneInProgress', { progress: '20.00%' }), claim(CLAIM, 'Pending')]],
    ['its clone finishes', [machine(), rawImage(), clone('RebindInProgress'), claim(CLAIM, 'Pending')]],
    ['its clone grows', [machine(), rawImage(), clone('ExpansionInProgress'), claim(CLAIM, 'Pending')]],
    ['its clone was prepared', [machine(), rawImage(), clone('PrepClaimInProgress'), claim(CLAIM, 'Pending')]],
    ['its clone has failed', [machine(), rawImage(), clone('Failed'), claim(CLAIM, 'Pending')]],
    ['its clone is collected', [machine(), rawImage(), claim(CLAIM, 'Bound', 'pvc-1'), volume(CLAIM, { state: 'detached' }), ...placed]],
    ['its clone does not move', [machine(), rawImage(), clone('CloneInProgress', { progress: '20.00%' }), claim(CLAIM, 'Pending')], { standing: { phase: 'CloneInProgress', progress: 20, since: NOW - 61_000 } }],
    ['its clone has no source', [machine(), rawImage(), clone('Pending', { conditions: [condition('Bound', 'False', 'CloneWithoutSource', 'the source does not exist')] })]],
    ['its clone is refused', [machine(), rawImage(), clone('Pending', { conditions: [condition('Bound', 'False', 'CloneValidationFailed', 'no')] })]],
    ['its clone is too small', [machine(), rawImage(), clone('CloneScheduled', { conditions: [condition('Bound', 'False', 'ErrIncompatiblePVC', 'smaller')] })]],
    ['its source is in use', [machine(), rawImage(), clone('CloneScheduled', { conditions: [condition('Running', 'Unknown', 'CloneSourceInUse', 'pod x uses it')] })]],
    ['its source was in use', [machine(), rawImage(), clone('CloneInProgress', { conditions: [condition('Running', 'True', 'CloneSourceInUse', 'pod x uses it')] })]],
    ['its clone waits for health that it cannot get', [machine(), rawImage(), clone('PrepClaimInProgress'), claim(CLAIM, 'Bound', 'pvc-1'), rawProfile('longhorn-v2', 'csi-clone'), ...rawNode({ name: 'node-3', diskType: 'filesystem' }), volume(CLAIM, cloned), ...replicas('node-1')]],
    ['its clone waits for health that it can get', [machine(), rawImage(), clone('PrepClaimInProgress'), claim(CLAIM, 'Bound', 'pvc-1'), rawProfile('longhorn-v2', 'csi-clone'), volume(CLAIM, cloned), ...replicas('node-1')]],
    ['its clone is copied by Longhorn', [machine(), rawImage(), clone('PrepClaimInProgress'), claim(CLAIM, 'Bound', 'pvc-1'), rawProfile('longhorn-v2', 'csi-clone'), ...rawNode({ name: 'node-3', diskType: 'filesystem' }), volume(CLAIM, { robustness: 'degraded', cloneStatus: { state: 'initiated' } }), ...replicas('node-1')]],
    ['its volume has no place', [machine(), rawImage(), clone('CloneScheduled'), claim(CLAIM, 'Bound', 'pvc-1'), volume(CLAIM, unscheduled)]],
    ['its class is gone', [machine({}, {}, { annotations: { 'harvesterhci.io/volumeClaimTemplates': template(`default/${NAME}`, 'gone') } }), rawImage(), claim(CLAIM, 'Pending')]],
    ['it waits to be started', [machine(), ...bound, volume(CLAIM, { state: 'detached' }), ...placed]],
    ['it is being attached', [machine(), ...bound, volume(CLAIM, { state: 'attaching' }, { nodeID: 'node-2' }), ...placed, instance('Scheduled')]],
    ['it is attached and starts', [machine(), ...bound, volume(CLAIM, { currentNodeID: 'node-1' }), ...placed, instance('Scheduled')]],
    ['its node has v2 off', [machine(), ...bound, volume(CLAIM, { state: 'detached' }), ...placed, instance('Scheduled'), ...disabled]],
    ['the node that its volume goes to has v2 off', [machine(), ...bound, volume(CLAIM, { state: 'detached' }, { nodeID: 'node-1' }), ...placed, instance('Scheduling', { nodeName: '' }), ...disabled]],
    ['its node has v2 off, and its volume is v1', [machine(), ...bound, volume(CLAIM, { state: 'detached' }, { dataEngine: 'v1' }), ...placed, instance('Scheduled'), ...disabled]],
    ['its attachment is refused', [machine(), ...bound, volume(CLAIM, { state: 'detached' }), ...placed, instance('Scheduled'), attachment('the volume is currently attached to different node node-3')]],
    ['its attachment is not refused', [machine(), ...bound, volume(CLAIM, { state: 'detached' }), ...placed, instance('Scheduled'), attachment('')]],
    ['its attachment was refused', [machine(), ...bound, volume(CLAIM, { state: 'detached' }), ...placed, instance('Scheduled'), attachment('waiting', true)]],
    ['its pod finds no node', [machine(), ...bound, volume(CLAIM, { state: 'detached' }), ...placed, instance('Scheduling', { nodeName: '', conditions: [condition('PodScheduled', 'False', '', '0/3 nodes are available')] })]],
    ['it is refused', [machine({}, { conditions: [condition('Failure', 'True', '', 'quota')] }), ...bound, volume(CLAIM, { state: 'detached' }), ...placed]],
    ['it was refused', [machine({}, { conditions: [condition('Failure', 'False', '', 'quota')] }), ...bound, volume(CLAIM, { state: 'detached' }), ...placed]]
  ]);
});

describe('a pipeline from its parts', () => {
  const state = (steps: Parameters<typeof composePipeline>[0], found: Parameters<typeof composePipeline>[1] = null) => composePipeline(steps, found).state;
  const [done, running, stalled, failed, unknown, waits] = [step('a', 'done', 'x'), step('a', 'running', 'x'), step('a', 'stalled', 'x'), step('a', 'failed', 'x'), step('a', 'unknown', 'x'), step('a', 'waiting', 'x')];

  it('is what its worst part, its last part and its cause make of it', () => {
    expect([state([running, done]), state([done, running]), state([done, waits]), state([stalled, running]), state([stalled, done]), state([failed, done]), state([unknown, unknown]), state([unknown, running]), state([])])
      .toEqual(['done', 'running', 'running', 'stalled', 'done', 'failed', 'unknown', 'running', 'unknown']);
    expect([state([running], cause('x')), state([running], cause('x', {}, [], false)), state([done], cause('x')), state([failed], cause('x')), state([unknown], cause('x'))]).toEqual(['stalled', 'failed', 'done', 'failed', 'stalled']);
    expect([composePipeline([failed], cause('x')).cause?.code, composePipeline([done], cause('x')).cause?.code, composePipeline([running], cause('x')).cause?.code, composePipeline([running], null).cause]).toEqual(['x', 'x', 'x', null]);
  });
});
