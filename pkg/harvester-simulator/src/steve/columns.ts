import type { KubeObject, ResourceType } from '../contract';
import { isRecord } from '../http/body';

/** kubectl's columns of the kinds whose tables people look at: `metadata.fields` and the raw API's Tables. */
interface Column {
  name: string;
  of: (object: KubeObject) => unknown;
  /** A time: Steve sends it as such, a Table as how long ago it was. */
  isTime?: boolean;
  /** Only in `kubectl get -o wide`. */
  isWide?: boolean;
}

function at(object: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), object);
}

const field = (name: string, path: string): Column => ({ name, of: (object) => at(object, path) ?? '' });
const list = (name: string, path: string): Column => ({ name, of: (object) => { const value = at(object, path); return Array.isArray(value) ? value.map(short).join(',') : ''; } });
const time = (name: string, path: string): Column => ({ ...field(name, path), isTime: true });
const wide = (column: Column): Column => ({ ...column, isWide: true });
const AGE = time('Age', 'metadata.creationTimestamp');
const NAME: Column = { name: 'Name', of: (object) => object.metadata.name };

function short(mode: unknown): string {
  const known: Record<string, string> = { ReadWriteOnce: 'RWO', ReadWriteMany: 'RWX', ReadOnlyMany: 'ROX', ReadWriteOncePod: 'RWOP' };
  return known[String(mode)] ?? String(mode);
}

function condition(object: KubeObject, type: string): string {
  const conditions = at(object, 'status.conditions');
  const found = Array.isArray(conditions) ? conditions.find((item) => isRecord(item) && item['type'] === type) as Record<string, unknown> | undefined : undefined;
  return String(found?.['status'] ?? '');
}

function nodeStatus(object: KubeObject): string {
  const ready = condition(object, 'Ready') === 'True' ? 'Ready' : 'NotReady';
  return object.spec?.['unschedulable'] === true ? `${ready},SchedulingDisabled` : ready;
}

function nodeRoles(object: KubeObject): string {
  const roles = Object.keys(object.metadata.labels ?? {}).filter((label) => label.startsWith('node-role.kubernetes.io/')).map((label) => label.slice(24));
  return roles.length > 0 ? roles.sort().join(',') : '<none>';
}

const COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  node: [{ name: 'Status', of: nodeStatus }, { name: 'Roles', of: nodeRoles }, AGE, field('Version', 'status.nodeInfo.kubeletVersion')],
  namespace: [field('Status', 'status.phase'), AGE],
  persistentvolumeclaim: [field('Status', 'status.phase'), field('Volume', 'spec.volumeName'), field('Capacity', 'status.capacity.storage'), list('Access Modes', 'spec.accessModes'), field('StorageClass', 'spec.storageClassName'), AGE],
  persistentvolume: [
    field('Capacity', 'spec.capacity.storage'), list('Access Modes', 'spec.accessModes'), field('Reclaim Policy', 'spec.persistentVolumeReclaimPolicy'), field('Status', 'status.phase'),
    { name: 'Claim', of: (object) => { const claim = object.spec?.['claimRef'] as { namespace?: string; name?: string } | undefined; return claim === undefined ? '' : `${claim.namespace ?? ''}/${claim.name ?? ''}`; } },
    field('StorageClass', 'spec.storageClassName'), field('Reason', 'status.reason'), AGE
  ],
  pod: [{ name: 'Ready', of: (object) => (condition(object, 'Ready') === 'True' ? '1/1' : '0/1') }, field('Status', 'status.phase'), { name: 'Restarts', of: () => 0 }, AGE, wide(field('IP', 'status.podIP')), wide(field('Node', 'spec.nodeName'))],
  event: [
    time('Last Seen', 'lastTimestamp'), field('Type', 'type'), field('Reason', 'reason'),
    { name: 'Object', of: (object) => `${String(at(object, 'involvedObject.kind') ?? '').toLowerCase()}/${String(at(object, 'involvedObject.name') ?? '')}` },
    wide(field('Subobject', 'involvedObject.fieldPath')),
    wide({ name: 'Source', of: (object) => [at(object, 'source.component'), at(object, 'source.host')].filter((part) => part !== undefined && part !== '').join(', ') }),
    field('Message', 'message'), wide(time('First Seen', 'firstTimestamp')), wide(field('Count', 'count')), wide(NAME)
  ],
  'storage.k8s.io.storageclass': [field('Provisioner', 'provisioner'), field('ReclaimPolicy', 'reclaimPolicy'), field('VolumeBindingMode', 'volumeBindingMode'), field('AllowVolumeExpansion', 'allowVolumeExpansion'), AGE],
  'longhorn.io.volume': [field('Data Engine', 'spec.dataEngine'), field('State', 'status.state'), field('Robustness', 'status.robustness'), { name: 'Scheduled', of: (object) => condition(object, 'Scheduled') }, field('Size', 'spec.size'), field('Node', 'status.currentNodeID'), AGE],
  'longhorn.io.replica': [field('Data Engine', 'spec.dataEngine'), field('State', 'status.currentState'), field('Node', 'spec.nodeID'), field('Disk', 'spec.diskID'), field('InstanceManager', 'status.instanceManagerName'), field('Image', 'status.currentImage'), AGE],
  'longhorn.io.engine': [field('Data Engine', 'spec.dataEngine'), field('State', 'status.currentState'), field('Node', 'spec.nodeID'), field('InstanceManager', 'status.instanceManagerName'), field('Image', 'status.currentImage'), AGE],
  'longhorn.io.node': [{ name: 'Ready', of: (object) => condition(object, 'Ready') }, field('AllowScheduling', 'spec.allowScheduling'), { name: 'Schedulable', of: (object) => condition(object, 'Schedulable') }, AGE],
  'longhorn.io.setting': [field('Value', 'value'), field('Applied', 'status.applied'), AGE],
  'longhorn.io.instancemanager': [field('Data Engine', 'spec.dataEngine'), field('State', 'status.currentState'), field('Type', 'spec.type'), field('Node', 'spec.nodeID'), AGE],
  'harvesterhci.io.virtualmachineimage': [field('Display-Name', 'spec.displayName'), field('Size', 'status.size'), AGE],
  'harvesterhci.io.setting': [field('Value', 'value')],
  'cdi.kubevirt.io.datavolume': [field('Phase', 'status.phase'), field('Progress', 'status.progress'), field('Restarts', 'status.restartCount'), AGE],
  'kubevirt.io.virtualmachine': [AGE, field('Status', 'status.printableStatus'), { name: 'Ready', of: (object) => condition(object, 'Ready') }],
  'kubevirt.io.virtualmachineinstance': [AGE, field('Phase', 'status.phase'), { name: 'IP', of: (object) => { const first: unknown = (at(object, 'status.interfaces') as unknown[] | undefined)?.[0]; return at(first, 'ipAddress') ?? ''; } }, field('NodeName', 'status.nodeName'), { name: 'Ready', of: (object) => condition(object, 'Ready') }],
  'kubevirt.io.virtualmachineinstancemigration': [field('Phase', 'status.phase'), field('VMI', 'spec.vmiName')]
};

function columnsOf(type: ResourceType): readonly Column[] {
  const known = COLUMNS[type.id] ?? [AGE];
  // Events begin with when they were last seen.
  return type.id === 'event' ? known : [NAME, ...known];
}

/** `metadata.fields`. */
export function fieldsOf(type: ResourceType, object: KubeObject): unknown[] {
  return columnsOf(type).map((column) => column.of(object));
}

/** `attributes.columns` of the schema. */
export function schemaColumns(type: ResourceType): unknown[] {
  return columnsOf(type).map((column, index) => ({
    name: column.name,
    field: `$.metadata.fields[${String(index)}]`,
    type: column.isTime ? 'date' : 'string',
    format: column.name === 'Name' ? 'name' : '',
    description: '',
    priority: column.isWide ? 1 : 0
  }));
}

/** `columnDefinitions` of a Kubernetes Table. */
export function tableColumns(type: ResourceType): unknown[] {
  return columnsOf(type).map((column) => ({ name: column.name, type: 'string', format: column.name === 'Name' ? 'name' : '', description: '', priority: column.isWide ? 1 : 0 }));
}

/** `apimachinery/util/duration.HumanDuration`, shortened: `45s`, `5m`, `3h`, `12d`. */
function since(value: unknown, now: number): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(String(value))) / 1000));
  if (Number.isNaN(seconds)) return '<unknown>';
  if (seconds < 120) return `${String(seconds)}s`;
  if (seconds < 7200) return `${String(Math.floor(seconds / 60))}m`;
  if (seconds < 172_800) return `${String(Math.floor(seconds / 3600))}h`;
  return `${String(Math.floor(seconds / 86_400))}d`;
}

/** The cells of one row of a Table. `now`: epoch milliseconds of cluster time. */
export function cellsOf(type: ResourceType, object: KubeObject, now: number): unknown[] {
  return columnsOf(type).map((column) => {
    const value = column.of(object);
    if (column.isTime) return since(value, now);
    return typeof value === 'object' ? JSON.stringify(value) : value;
  });
}
