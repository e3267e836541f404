import { ActionError, StoreError, type ActionHandler, type Cluster, type Fields, type KubeObject } from '../../../contract';
import { specOf } from '../support/conditions';
import { objectKey } from '../support/controller';
import { keyOf, TYPE } from '../support/types';
import { instanceOf, templateSpec } from '../machine/machine';
import { activeMigration, createMigration } from '../machine/migration';
import { migrationObstacle } from './migration';
import { action, refuse, required } from './support';

interface Interface {
  name: string;
  bridge?: object;
  model?: string;
  macAddress?: string;
  /** `absent`: to be taken out at the next live update. */
  state?: string;
}

interface Network {
  name: string;
  multus?: { networkName: string };
}

const GUEST_CLUSTER = 'docker-machine-driver-harvester';

function interfacesIn(spec: Fields): Interface[] {
  return (spec.domain?.devices?.interfaces ?? []) as Interface[];
}

function networksIn(spec: Fields): Network[] {
  return (spec.networks ?? []) as Network[];
}

/** Why the machine's interfaces cannot be changed while it runs; the text of the refusal. */
function obstacle(cluster: Cluster, vm: KubeObject): string | undefined {
  if (vm.metadata.labels?.['harvesterhci.io/creator'] === GUEST_CLUSTER) return `VM ${objectKey(vm)} is a guest cluster VM`;
  const vmi = instanceOf(cluster, vm);
  if (vmi === undefined) return `VM ${objectKey(vm)} is not running`;
  return migrationObstacle(vmi);
}

function isChangeable(cluster: Cluster, vm: KubeObject): boolean {
  return Number(cluster.profile.harvester.split('.')[1]) >= 7 && vm.status?.printableStatus === 'Running' && obstacle(cluster, vm) === undefined;
}

function networkOf(cluster: Cluster, vm: KubeObject, reference: string): string {
  const [namespace, name] = reference.includes('/') ? reference.split('/') : [vm.metadata.namespace ?? 'default', reference];
  if (cluster.store.get('k8s.cni.cncf.io.networkattachmentdefinition', keyOf(namespace, name ?? '')) === undefined) {
    refuse(`network-attachment-definitions.k8s.cni.cncf.io "${name ?? ''}" not found`, 404);
  }
  return `${namespace ?? ''}/${name ?? ''}`;
}

/** Writes the machine and moves it: a bridge is plugged into the pod that the live migration starts. */
function change(cluster: Cluster, vm: KubeObject, edit: (spec: Fields) => void): undefined {
  const reason = obstacle(cluster, vm);
  if (reason !== undefined) refuse(reason);
  cluster.store.edit(TYPE.vm, objectKey(vm), (draft) => { edit(specOf(draft).template.spec as Fields); });
  const vmi = cluster.store.edit(TYPE.vmi, objectKey(vm), (draft) => { edit(specOf(draft)); });
  if (vmi === undefined || activeMigration(cluster, vmi) !== undefined) return undefined;
  try {
    createMigration(cluster, vmi, undefined);
  } catch (error) {
    if (error instanceof StoreError) throw new ActionError(error.status, error.message);
    throw error;
  }
  return undefined;
}

function addNic(cluster: Cluster, vm: KubeObject, body: Fields): undefined {
  const name = required(body, 'interfaceName', 'Parameter `interfaceName` and `networkName` are required');
  const networkName = networkOf(cluster, vm, required(body, 'networkName', 'Parameter `interfaceName` and `networkName` are required'));
  const macAddress = typeof body.macAddress === 'string' && body.macAddress !== '' ? body.macAddress : undefined;
  if (macAddress !== undefined && !/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(macAddress)) throw new ActionError(422, `invalid MAC address ${macAddress}`);
  if (interfacesIn(templateSpec(vm)).some((known) => known.name === name)) refuse(`interface ${name} already exists in VM ${objectKey(vm)}`);
  return change(cluster, vm, (spec) => {
    spec.networks = [...networksIn(spec), { name, multus: { networkName } }];
    spec.domain.devices.interfaces = [...interfacesIn(spec), { name, model: 'virtio', bridge: {}, ...(macAddress === undefined ? {} : { macAddress }) }];
  });
}

/** Bridged virtio interfaces on a network of their own, whose MAC address is fixed: the others stay. */
function removable(vm: KubeObject): string[] {
  const bridged = new Set(networksIn(templateSpec(vm)).filter((network) => network.multus !== undefined).map((network) => network.name));
  return interfacesIn(templateSpec(vm)).filter((known) => known.bridge !== undefined && (known.model ?? 'virtio') === 'virtio' && known.state !== 'absent' && bridged.has(known.name)).map((known) => known.name);
}

function removeNic(cluster: Cluster, vm: KubeObject, body: Fields): undefined {
  const name = required(body, 'interfaceName', 'Parameter `interfaceName` is required');
  if (!interfacesIn(templateSpec(vm)).some((known) => known.name === name)) refuse(`interface ${name} not found in VM ${objectKey(vm)}`, 404);
  if (!removable(vm).includes(name)) refuse(`interface ${name} of VM ${objectKey(vm)} is not hot-unpluggable`);
  return change(cluster, vm, (spec) => {
    spec.domain.devices.interfaces = interfacesIn(spec).filter((known) => known.name !== name);
    spec.networks = networksIn(spec).filter((known) => known.name !== name);
  });
}

/** Network interfaces of a running, live-migratable machine (Harvester 1.7 and later). */
export const nicActions: ActionHandler[] = [
  action(TYPE.vm, 'addNic', isChangeable, addNic),
  action(TYPE.vm, 'removeNic', isChangeable, removeNic),
  action(TYPE.vm, 'findHotunpluggableNics', isChangeable, (cluster, vm) => {
    const reason = obstacle(cluster, vm);
    if (reason !== undefined) refuse(reason);
    return { status: 200, body: { interfaces: removable(vm) } };
  })
];
