import { describe, expect, it, vi } from 'vitest';
import type { RunningCluster } from '../../../cluster';
import { PROFILES } from '../../../profiles';
import { annotationsOf, findCondition, setCondition, specOf, statusOf } from '../support/conditions';
import { TYPE } from '../support/types';
import { addNode, createMachine, get, printable, readyImage, storageClass, until, V2_PARAMETERS } from '../test-support';
import { call, offered, open, refusal, running } from './test-calls';

// Cluster minutes pass in milliseconds here, unless the machine is busy.
vi.setConfig({ testTimeout: 30_000 });

const GIB = 1024 ** 3;
const CLAIM = 'vm1-disk-0-abcde';

const ALWAYS = ['addVolume', 'clone', 'removeVolume'];

describe('which actions a machine offers', () => {
  it('while running', async () => {
    const cluster = await running();
    const names = offered(cluster, 'default/vm1');
    expect(names).toEqual(expect.arrayContaining([...ALWAYS, 'stop', 'restart', 'pause', 'softreboot', 'migrate', 'findMigratableNodes', 'createTemplate', 'snapshot']));
    for (const hidden of ['start', 'unpause', 'forceStop', 'abortMigration', 'backup', 'restore', 'cpuAndMemoryHotplug']) expect(names).not.toContain(hidden);
  });

  it('while paused, stopping and stopped', async () => {
    const cluster = await running();
    await call(cluster, 'default/vm1', 'pause');
    expect(offered(cluster, 'default/vm1')).toContain('unpause');
    expect(offered(cluster, 'default/vm1')).not.toContain('pause');
    await call(cluster, 'default/vm1', 'unpause');
    await call(cluster, 'default/vm1', 'stop');
    await until(cluster, () => printable(cluster, 'vm1') === 'Stopping');
    expect(offered(cluster, 'default/vm1')).toContain('forceStop');
    await until(cluster, () => printable(cluster, 'vm1') === 'Stopped');
    const names = offered(cluster, 'default/vm1');
    expect(names).toContain('start');
    for (const hidden of ['stop', 'restart', 'pause', 'migrate', 'forceStop']) expect(names).not.toContain(hidden);
  });

  it('no migration on a single node, nor on a class that is not migratable', async () => {
    const single = await running({}, { nodes: ['node1'] });
    expect(offered(single, 'default/vm1')).not.toContain('migrate');
    single.stop();
    const cluster = await running({ storageClassName: 'v2-rwo', accessModes: ['ReadWriteOnce'] }, { classes: [storageClass('v2-rwo', { ...V2_PARAMETERS, migratable: 'false' })] });
    expect(offered(cluster, 'default/vm1')).not.toContain('migrate');
    expect(await refusal(cluster, 'default/vm1', 'migrate')).toEqual([500, `VM default/vm1 is not live migratable as cannot migrate VMI: PVC ${CLAIM} is not shared, live migration requires that all PVCs must be shared (using ReadWriteMany access mode)`]);
  });

  it('a backup only with a target and without CDI disks', async () => {
    const cluster = await running();
    cluster.store.create(TYPE.setting, { metadata: { name: 'backup-target' }, value: JSON.stringify({ type: 'nfs', endpoint: 'nfs://127.0.0.1:/backup' }), default: '' });
    expect(offered(cluster, 'default/vm1')).toContain('backup');
    expect(await refusal(cluster, 'default/vm1', 'backup', {})).toEqual([422, 'Parameter backup name is required']);
    const [status, text] = await refusal(cluster, 'default/vm1', 'backup', { name: 'b1' });
    expect(status).toBe(500);
    expect(text).toMatch(/^failed to create VM backup, error: admission webhook "validator\.harvesterhci\.io" denied the request: vm default\/vm1 contains Longhorn v2 volume pvc-.* from PVC default\/vm1-disk-0-abcde, which does not support VM backup$/);
    cluster.store.edit(TYPE.pvc, `default/${CLAIM}`, (draft) => { annotationsOf(draft)['cdi.kubevirt.io/createdForDataVolume'] = 'uid'; });
    expect(offered(cluster, 'default/vm1')).not.toContain('backup');
  });
});

describe('power', () => {
  it('start is refused in KubeVirt’s words, and always with 500', async () => {
    const cluster = await running();
    expect(await refusal(cluster, 'default/vm1', 'start')).toEqual([500, 'start virtual machine default/vm1 failed, Operation cannot be fulfilled on virtualmachine.kubevirt.io "vm1": VM is already running']);
    await call(cluster, 'default/vm1', 'stop');
    await until(cluster, () => printable(cluster, 'vm1') === 'Stopped');
    cluster.store.edit(TYPE.pvc, `default/${CLAIM}`, (draft) => setCondition(draft, cluster.clock.iso(), 'lastProbeTime', { type: 'Resizing', status: 'True' }));
    expect(await refusal(cluster, 'default/vm1', 'start')).toEqual([500, `start virtual machine default/vm1 failed, can not start the VM default/vm1 which has a resizing volume default/${CLAIM}`]);
  });

  it('restart makes a new instance on the same disk', async () => {
    const cluster = await running();
    const uid = get(cluster, 'vmi', 'vm1')?.metadata.uid;
    await call(cluster, 'default/vm1', 'restart');
    await until(cluster, () => get(cluster, 'vmi', 'vm1')?.metadata.uid !== uid && printable(cluster, 'vm1') === 'Running');
    expect(get(cluster, 'vm', 'vm1')?.status?.stateChangeRequests).toBeUndefined();
  });

  it('force stop works on a node that is gone', async () => {
    const cluster = await running();
    const node = String(get(cluster, 'vmi', 'vm1')?.status?.nodeName);
    cluster.faults.downNodes.add(node);
    await call(cluster, 'default/vm1', 'stop');
    cluster.clock.advance(60_000);
    expect(printable(cluster, 'vm1')).toBe('Stopping');
    await call(cluster, 'default/vm1', 'forceStop');
    await until(cluster, () => printable(cluster, 'vm1') === 'Stopped');
  });

  it('soft reboot keeps the instance and brings its agent back', async () => {
    const cluster = await running();
    const uid = get(cluster, 'vmi', 'vm1')?.metadata.uid;
    await call(cluster, 'default/vm1', 'softreboot');
    expect(findCondition(get(cluster, 'vmi', 'vm1'), 'AgentConnected')?.status).toBe('False');
    await until(cluster, () => findCondition(get(cluster, 'vmi', 'vm1'), 'AgentConnected')?.status === 'True');
    expect(get(cluster, 'vmi', 'vm1')?.metadata.uid).toBe(uid);
  });

  it('pause and unpause refuse what is already so', async () => {
    const cluster = await running();
    expect(await refusal(cluster, 'default/vm1', 'unpause')).toEqual([500, 'unpause virtual machine default/vm1 failed, Operation cannot be fulfilled on virtualmachineinstance.kubevirt.io "vm1": VMI is not paused']);
    await call(cluster, 'default/vm1', 'pause');
    expect(findCondition(get(cluster, 'vmi', 'vm1'), 'Paused')).toMatchObject({ reason: 'PausedByUser', message: 'VMI was paused by user' });
    expect(await refusal(cluster, 'default/vm1', 'pause')).toEqual([500, 'pause virtual machine default/vm1 failed, Operation cannot be fulfilled on virtualmachineinstance.kubevirt.io "vm1": VMI is already paused']);
  });

  it('Manual and Always are what their names say', async () => {
    const cluster = open();
    createMachine(cluster, 'vm1', { runStrategy: 'Manual' });
    cluster.clock.advance(60_000);
    expect(printable(cluster, 'vm1')).toBe('Stopped');
    await call(cluster, 'default/vm1', 'start');
    await until(cluster, () => printable(cluster, 'vm1') === 'Running');
    createMachine(cluster, 'vm2', { runStrategy: 'Always' });
    await until(cluster, () => printable(cluster, 'vm2') === 'Running');
    expect((await refusal(cluster, 'default/vm2', 'start'))[1]).toContain('VM is already running');
  });
});

describe('migration', () => {
  it('finds nodes by selector and drain only, and goes to the one asked for', async () => {
    const cluster = await running();
    const from = String(get(cluster, 'vmi', 'vm1')?.status?.nodeName);
    const others = ['node1', 'node2', 'node3'].filter((name) => name !== from);
    cluster.store.edit(TYPE.node, others[0] ?? '', (draft) => { draft.metadata.labels = { ...draft.metadata.labels, 'node.longhorn.io/disable-v2-data-engine': 'true' }; });
    expect(await call(cluster, 'default/vm1', 'findMigratableNodes')).toEqual({ status: 200, body: { nodes: others } });
    await call(cluster, 'default/vm1', 'migrate', { nodeName: others[1] });
    await until(cluster, () => printable(cluster, 'vm1') === 'Migrating');
    expect(get(cluster, 'vmi', 'vm1')?.metadata.annotations).toMatchObject({ 'harvesterhci.io/migrationState': 'Migrating', 'harvesterhci.io/migrationTargetNodeName': others[1] });
    await until(cluster, () => get(cluster, 'vmi', 'vm1')?.status?.nodeName === others[1]);
    expect(get(cluster, 'vmi', 'vm1')?.status?.migrationState).toMatchObject({ sourceNode: from, targetNode: others[1], completed: true });
    expect(get(cluster, 'vmi', 'vm1')?.metadata.annotations?.['harvesterhci.io/migrationState']).toBeUndefined();
    expect(cluster.store.list(TYPE.vmim).map(({ status }) => status?.phase)).toEqual(['Succeeded']);
    await until(cluster, () => cluster.store.list(TYPE.pod).length === 1);
  });

  it('refuses in Harvester’s words', async () => {
    const cluster = await running();
    const from = String(get(cluster, 'vmi', 'vm1')?.status?.nodeName);
    expect(await refusal(cluster, 'default/vm1', 'migrate', { nodeName: from })).toEqual([422, 'The VM is currently running on the target node']);
    const other = ['node1', 'node2', 'node3'].filter((name) => name !== from);
    cluster.store.edit(TYPE.node, other[0] ?? '', (draft) => { specOf(draft).unschedulable = true; });
    expect(await refusal(cluster, 'default/vm1', 'migrate', { nodeName: other[0] })).toEqual([500, 'The target node is non-migratable']);
    cluster.store.edit(TYPE.node, other[1] ?? '', (draft) => { specOf(draft).unschedulable = true; });
    expect(await refusal(cluster, 'default/vm1', 'migrate', { nodeName: other[1] })).toEqual([500, `can't migrate the VM to the node ${other[1] ?? ''}: no matching migratable nodes found`]);
    expect(await refusal(cluster, 'default/vm1', 'abortMigration')).toEqual([500, 'The VM is not in migrating state']);
    await call(cluster, 'default/vm1', 'pause');
    await until(cluster, () => findCondition(get(cluster, 'vmi', 'vm1'), 'Ready')?.status === 'False');
    expect(await refusal(cluster, 'default/vm1', 'migrate')).toEqual([500, "Can't migrate the VM, the VM is not in ready status"]);
    await call(cluster, 'default/vm1', 'stop');
    await until(cluster, () => printable(cluster, 'vm1') === 'Stopped');
    expect(await refusal(cluster, 'default/vm1', 'migrate')).toEqual([404, 'virtualmachineinstances.kubevirt.io "vm1" not found']);
  });

  it('can be aborted: the guest stays and the target goes', async () => {
    const cluster = await running();
    const from = get(cluster, 'vmi', 'vm1')?.status?.nodeName as string;
    await call(cluster, 'default/vm1', 'migrate');
    await until(cluster, () => cluster.store.list(TYPE.vmim)[0]?.status?.phase === 'Running');
    expect(offered(cluster, 'default/vm1')).toContain('abortMigration');
    await call(cluster, 'default/vm1', 'abortMigration');
    await until(cluster, () => cluster.store.list(TYPE.vmim).length === 0 && cluster.store.list(TYPE.pod).length === 1);
    expect(get(cluster, 'vmi', 'vm1')?.status).toMatchObject({ nodeName: from, migrationState: { abortRequested: true, abortStatus: 'Succeeded', failed: true } });
    await until(cluster, () => printable(cluster, 'vm1') === 'Running');
  });
});

describe('hot-plug', () => {
  async function withData(error?: string): Promise<RunningCluster> {
    const cluster = await running();
    cluster.store.create(TYPE.pvc, { metadata: { name: 'data', namespace: 'default' }, spec: { accessModes: ['ReadWriteMany'], volumeMode: 'Block', storageClassName: 'longhorn-v2', resources: { requests: { storage: '5Gi' } } } });
    await until(cluster, () => get(cluster, 'pvc', 'data')?.status?.phase === 'Bound');
    if (error !== undefined) cluster.store.edit(TYPE.pv, String(get(cluster, 'pvc', 'data')?.spec?.volumeName), (draft) => { annotationsOf(draft)['longhorn.io/volume-scheduling-error'] = error; });
    return cluster;
  }

  it('adds a volume through its phases, writes the claim template, and takes it away again', async () => {
    const cluster = await withData();
    const phases: string[] = [];
    cluster.store.watch(({ typeId, object }) => {
      const phase: unknown = (object.status?.volumeStatus as { name: string; phase?: string }[] | undefined)?.find(({ name }) => name === 'd1')?.phase;
      if (typeId === TYPE.vmi && typeof phase === 'string' && phases.at(-1) !== phase) phases.push(phase);
    });
    await call(cluster, 'default/vm1', 'addVolume', { diskName: 'd1', volumeSourceName: 'data' });
    await until(cluster, () => phases.at(-1) === 'Ready');
    expect(phases).toEqual(['Bound', 'AttachedToNode', 'MountedToPod', 'Ready'].filter((phase) => phases.includes(phase)));
    expect(phases).toContain('Bound');
    expect(get(cluster, 'vmi', 'vm1')?.status?.volumeStatus?.[1]).toMatchObject({ target: 'sda', hotplugVolume: { attachPodName: expect.stringMatching(/^hp-volume-/) as string } });
    expect(get(cluster, 'vm', 'vm1')?.metadata.annotations?.['harvesterhci.io/volumeClaimTemplates']).toContain('"name":"data"');
    expect(get(cluster, 'vm', 'vm1')?.spec?.template.spec.domain.devices.disks[1]).toEqual({ name: 'd1', disk: { bus: 'scsi' } });
    await call(cluster, 'default/vm1', 'removeVolume', { diskName: 'd1' });
    await until(cluster, () => get(cluster, 'vmi', 'vm1')?.status?.volumeStatus?.length === 1);
    expect(phases).toContain('Detaching');
    expect(get(cluster, 'vm', 'vm1')?.metadata.annotations?.['harvesterhci.io/volumeClaimTemplates']).not.toContain('"name":"data"');
    await until(cluster, () => get(cluster, 'longhornVolume', String(get(cluster, 'pvc', 'data')?.spec?.volumeName), 'longhorn-system')?.status?.state === 'detached');
    expect(get(cluster, 'pvc', 'data')?.status?.phase).toBe('Bound');
  });

  it('refuses a volume that merely is Degraded with a precheck error, but not one whose replicas are not placed', async () => {
    const cluster = await withData('precheck new replica failed: disks are unavailable');
    expect(await refusal(cluster, 'default/vm1', 'addVolume', { diskName: 'd1', volumeSourceName: 'data' })).toEqual([500, 'volme data with error precheck new replica failed: disks are unavailable']);
    cluster.store.edit(TYPE.pv, String(get(cluster, 'pvc', 'data')?.spec?.volumeName), (draft) => { annotationsOf(draft)['longhorn.io/volume-scheduling-error'] = 'replica scheduling failed'; });
    expect((await call(cluster, 'default/vm1', 'addVolume', { diskName: 'd1', volumeSourceName: 'data' })).status).toBe(204);
  });

  it('refuses a Longhorn volume that another machine has', async () => {
    const cluster = await withData();
    createMachine(cluster, 'vm2');
    await call(cluster, 'default/vm2', 'addVolume', { diskName: 'd1', volumeSourceName: 'data' });
    expect(await refusal(cluster, 'default/vm1', 'addVolume', { diskName: 'd1', volumeSourceName: 'data' })).toEqual([500, 'PVC default/data is already used by other VM, please use a shareable RWX volume.']);
  });

  it('refuses bad arguments in words', async () => {
    const cluster = await withData();
    expect(await refusal(cluster, 'default/vm1', 'addVolume', {})).toEqual([422, 'Parameter `diskName` and `volumeName` are required']);
    expect(await refusal(cluster, 'default/vm1', 'addVolume', { diskName: 'd1', volumeSourceName: 'none' })).toEqual([404, 'persistentvolumeclaims "none" not found']);
    cluster.store.edit(TYPE.pvc, 'default/data', (draft) => { statusOf(draft).phase = 'Pending'; });
    expect(await refusal(cluster, 'default/vm1', 'addVolume', { diskName: 'd1', volumeSourceName: 'data' })).toEqual([500, 'volme data not bound yet']);
    expect(await refusal(cluster, 'default/vm1', 'removeVolume', {})).toEqual([422, 'Parameter `volumeName` are required']);
    expect(await refusal(cluster, 'default/vm1', 'removeVolume', { diskName: 'x' })).toEqual([500, 'disk `x` not found in virtual machine `default/vm1`']);
  });
});

describe('copies', () => {
  it('clones a machine by CSI clone of its disks, with its secrets', async () => {
    const cluster = open();
    cluster.store.create(TYPE.secret, { metadata: { name: 's1', namespace: 'default' }, data: { userdata: 'YQ==' } });
    createMachine(cluster, 'vm1', { secret: 's1' });
    await until(cluster, () => printable(cluster, 'vm1') === 'Running');
    await call(cluster, 'default/vm1', 'clone', { targetVm: 'vm2' });
    await until(cluster, () => printable(cluster, 'vm2') === 'Running');
    const claim = cluster.store.list(TYPE.pvc).find(({ metadata }) => metadata.name.startsWith('vm2-disk-0-'));
    expect(claim?.spec?.dataSource).toEqual({ kind: 'PersistentVolumeClaim', name: CLAIM });
    const source = String(get(cluster, 'pvc', CLAIM)?.spec?.volumeName);
    expect(get(cluster, 'longhornVolume', String(claim?.spec?.volumeName), 'longhorn-system')?.spec?.dataSource).toBe(`vol://${source}`);
    expect(cluster.store.list(TYPE.secret).filter(({ data }) => (data as { userdata?: string } | undefined)?.userdata === 'YQ==')).toHaveLength(2);
    expect(await refusal(cluster, 'default/vm1', 'clone', {})).toEqual([422, 'Parameter targetVm are required']);
    expect((await refusal(cluster, 'default/vm1', 'clone', { targetVm: 'vm2' }))[1]).toContain('cannot create new VM default/vm2, err: ');
  });

  it('of v2 disks are refused by Longhorn before 1.10', async () => {
    const cluster = await running({}, { profile: PROFILES['1.6'] });
    await call(cluster, 'default/vm1', 'clone', { targetVm: 'vm2' });
    await until(cluster, () => cluster.store.list('event').some((event) => event.reason === 'ProvisioningFailed'));
    expect(cluster.store.list('event').find((event) => event.reason === 'ProvisioningFailed')?.message).toContain('clone is not supported for data engine v2');
    expect(printable(cluster, 'vm2')).toBe('WaitingForVolumeBinding');
  });

  it('a template with data exports every disk to an image on the same backend', async () => {
    const cluster = open();
    await readyImage(cluster, 'golden', GIB);
    createMachine(cluster, 'vm1', { image: 'golden' });
    await until(cluster, () => printable(cluster, 'vm1') === 'Running');
    await call(cluster, 'default/vm1', 'stop');
    await until(cluster, () => printable(cluster, 'vm1') === 'Stopped');
    await call(cluster, 'default/vm1', 'createTemplate', { name: 't1', description: 'first', withData: true });
    const version = cluster.store.list(TYPE.templateVersion)[0];
    const image = cluster.store.list(TYPE.image).find(({ metadata }) => metadata.name !== 'golden');
    expect(image?.spec).toMatchObject({ backend: 'cdi', sourceType: 'export-from-volume', pvcName: CLAIM, targetStorageClassName: 'longhorn-v2' });
    expect(version?.spec?.vm.metadata.annotations['harvesterhci.io/volumeClaimTemplates']).toContain(`"harvesterhci.io/imageId":"default/${image?.metadata.name ?? ''}"`);
    await until(cluster, () => get(cluster, 'image', image?.metadata.name ?? '')?.status?.progress === 100);
    expect(await refusal(cluster, 'default/vm1', 'createTemplate', {})).toEqual([422, 'Template name is required']);
  });
});

describe('claims', () => {
  it('export makes an image of the backend the class asks for', async () => {
    const cluster = await running();
    const body = { displayName: 'exported', namespace: 'default', storageClassName: 'longhorn-v2' };
    expect((await refusal(cluster, `default/${CLAIM}`, 'export', body, TYPE.pvc))[1]).toMatch(new RegExp(`^PVC ${CLAIM} is used by Pods \\[virt-launcher-vm1-[a-z0-9]{5}\\], cannot export volume when it's running$`));
    await call(cluster, 'default/vm1', 'stop');
    await until(cluster, () => printable(cluster, 'vm1') === 'Stopped');
    expect(await refusal(cluster, `default/${CLAIM}`, 'export', {}, TYPE.pvc)).toEqual([422, 'Parameter `displayName` is required']);
    expect(await refusal(cluster, `default/${CLAIM}`, 'export', { ...body, storageClassName: '' }, TYPE.pvc)).toEqual([422, 'parameter `storageClassName` is required']);
    expect(await refusal(cluster, `default/${CLAIM}`, 'export', { ...body, storageClassName: 'harvester-longhorn' }, TYPE.pvc)).toEqual([500, 'CDI volume cannot be exported to a Longhorn v1 StorageClass']);
    const { status, body: image } = await call(cluster, `default/${CLAIM}`, 'export', body, TYPE.pvc);
    expect(status).toBe(200);
    const name = (image as { metadata: { name: string } }).metadata.name;
    expect(name).toMatch(/^image-[a-z0-9]{5}$/);
    await until(cluster, () => get(cluster, 'image', name)?.status?.progress === 100);
    expect(get(cluster, 'image', name)?.status).toMatchObject({ size: 10 * GIB, virtualSize: 10 * GIB });
  });

  it('take snapshots and CSI clones', async () => {
    const cluster = await running();
    await call(cluster, `default/${CLAIM}`, 'snapshot', { name: 'snap1' }, TYPE.pvc);
    await until(cluster, () => get(cluster, 'volumeSnapshot', 'snap1')?.status?.readyToUse === true);
    expect(get(cluster, 'volumeSnapshot', 'snap1')?.status?.restoreSize).toBe('10Gi');
    await call(cluster, `default/${CLAIM}`, 'clone', { name: 'copy1' }, TYPE.pvc);
    await until(cluster, () => get(cluster, 'pvc', 'copy1')?.status?.phase === 'Bound');
  });
});

describe('nodes', () => {
  it('cordon, uncordon and maintenance with its VMs moved away', async () => {
    const cluster = await running();
    const home = String(get(cluster, 'vmi', 'vm1')?.status?.nodeName);
    expect(offered(cluster, home, TYPE.node)).toEqual(['cordon', 'enableMaintenanceMode', 'listUnhealthyVM', 'maintenancePossible']);
    await call(cluster, home, 'cordon', {}, TYPE.node);
    expect(offered(cluster, home, TYPE.node)).toContain('uncordon');
    await call(cluster, home, 'uncordon', {}, TYPE.node);
    expect((await call(cluster, home, 'maintenancePossible', {}, TYPE.node)).status).toBe(204);
    await call(cluster, home, 'enableMaintenanceMode', { force: 'false' }, TYPE.node);
    await until(cluster, () => get(cluster, 'node', home, '')?.metadata.annotations?.['harvesterhci.io/maintain-status'] === 'completed');
    expect(get(cluster, 'vmi', 'vm1')?.status?.nodeName).not.toBe(home);
    expect(get(cluster, 'node', home, '')?.spec).toMatchObject({ unschedulable: true });
    await call(cluster, home, 'disableMaintenanceMode', {}, TYPE.node);
    expect(get(cluster, 'node', home, '')?.spec?.unschedulable).toBeUndefined();
  });

  it('names the VMs that a drain would harm', async () => {
    const cluster = await running();
    const home = String(get(cluster, 'vmi', 'vm1')?.status?.nodeName);
    const volume = String(get(cluster, 'pvc', CLAIM)?.spec?.volumeName);
    expect(await call(cluster, home, 'listUnhealthyVM', {}, TYPE.node)).toEqual({ status: 200, body: [] });
    cluster.store.create(TYPE.longhornReplica, { metadata: { name: `${volume}-r-1`, namespace: 'longhorn-system', labels: { longhornvolume: volume } }, spec: { nodeID: home, healthyAt: cluster.clock.iso(), failedAt: '' } });
    expect(await call(cluster, home, 'listUnhealthyVM', {}, TYPE.node)).toEqual({ status: 200, body: [{ message: 'The following VMs cannot be migrated due to LastHealthyReplica condition', vms: ['default/vm1'] }] });
    expect(await refusal(cluster, home, 'enableMaintenanceMode', {}, TYPE.node)).toEqual([500, 'draining of this node is not possible: LastHealthyReplica: default/vm1']);
  });

  it('refuses to drain the only node', async () => {
    const cluster = open({ nodes: ['node1'] });
    expect(await refusal(cluster, 'node1', 'maintenancePossible', {}, TYPE.node)).toEqual([500, 'draining of this node is not possible: single controlplane cluster, cannot place controlplane in maintenance mode']);
    addNode(cluster, 'node2', '10.0.0.9');
    expect((await call(cluster, 'node1', 'maintenancePossible', {}, TYPE.node)).status).toBe(204);
  });
});
