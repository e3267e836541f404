import { createHash } from 'node:crypto';
import type { Cluster, Fields, KubeObject } from '../contract';
import { LH, NAMESPACE } from '../controllers/longhorn/kinds';
import { truthOf } from '../controllers/longhorn/truth';
import { addPlatform, addNode, addStorageClass, v2Parameters } from './build';

const GIB = 2 ** 30;
const DISK = 4_000;
const VOLUME = 10 * GIB;
/** Of ten volumes, how many are stopped, and how many are v1. */
const STOPPED_OF_TEN = 2;
const V1_OF_TEN = 3;

export interface ScaleOptions {
  volumes: number;
  nodes: number;
}

interface Spot {
  node: string;
  disk: string;
  path: string;
  ip: string;
  manager: string;
}


function spotsOf(cluster: Cluster, engine: 'v1' | 'v2'): Spot[] {
  const type = engine === 'v2' ? 'block' : 'filesystem';
  const managers = new Map(cluster.store.list(LH.instanceManager).filter((manager) => manager.spec?.dataEngine === engine).map((manager) => [String(manager.spec?.nodeID), manager]));
  return cluster.store.list(LH.node).flatMap((node) => Object.values((node.status?.diskStatus ?? {}) as Record<string, { diskType: string; diskUUID: string; diskPath: string }>)
    .filter((disk) => disk.diskType === type)
    .map((disk) => ({ node: node.metadata.name, disk: disk.diskUUID, path: disk.diskPath, ip: String(managers.get(node.metadata.name)?.status?.ip ?? ''), manager: managers.get(node.metadata.name)?.metadata.name ?? '' })));
}

/** A volume with everything around it, taken from a real one; copied with other names and places. */
interface Pattern {
  volume: string;
  claim: string;
  pod: string | null;
  objects: { typeId: string; object: KubeObject }[];
  replicas: string[];
  engine: 'v1' | 'v2';
  /** Replica name -> `ip:port` by which its engine knows it, also after it stopped. */
  addresses: Record<string, string>;
  /** The objects as text, cut where a name or an address stands that every copy has its own of. */
  parts: string[][];
}

const TYPES = [LH.pvc, LH.pv, LH.volume, LH.attachment, LH.engine, LH.frontend, LH.replica, LH.pod];

function growPattern(cluster: Cluster, engine: 'v1' | 'v2', isAttached: boolean): Pattern {
  const claim = `pattern-${engine}-${isAttached ? 'attached' : 'stopped'}`;
  const { store, clock } = cluster;
  store.create(LH.pvc, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: claim, namespace: 'default' }, spec: { accessModes: ['ReadWriteMany'], resources: { requests: { storage: String(VOLUME) } }, storageClassName: engine === 'v2' ? 'longhorn-v2' : 'harvester-longhorn', volumeMode: 'Block' } });
  clock.advance(15_000);
  const volume = String(store.get(LH.pvc, `default/${claim}`)?.spec?.volumeName ?? '');
  const pod = `virt-launcher-${claim}-abcde`;
  const node = store.list(LH.node)[0]?.metadata.name ?? '';
  store.create(LH.pod, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: pod, namespace: 'default', labels: { 'kubevirt.io': 'virt-launcher' }, ownerReferences: [{ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachineInstance', name: `vm-${claim}`, uid: cluster.random.uuid(), controller: true }] },
    spec: { containers: [{ name: 'compute', image: 'virt-launcher' }], nodeName: node, volumes: [{ name: 'disk-0', persistentVolumeClaim: { claimName: claim } }] },
    status: { phase: 'Running' }
  });
  clock.advance(30_000);
  if (!isAttached) {
    store.remove(LH.pod, `default/${pod}`);
    clock.advance(30_000);
  }
  const mine = (object: KubeObject): boolean => object.metadata.name === volume || object.metadata.name === claim || object.metadata.name === pod || object.metadata.labels?.longhornvolume === volume;
  const objects = TYPES.flatMap((typeId) => (typeId === LH.frontend && !cluster.profile.hasEngineFrontend ? [] : store.list(typeId).filter(mine).map((object) => ({ typeId: typeId as string, object }))));
  const replicas = objects.filter(({ typeId }) => typeId === LH.replica).map(({ object }) => object);
  const engineObject = objects.find(({ typeId }) => typeId === LH.engine)?.object;
  const addresses = { ...(engineObject?.status?.currentReplicaAddressMap as Record<string, string> | undefined) };
  const tickets = objects.flatMap(({ typeId, object }) => (typeId === LH.attachment ? Object.keys((object.spec?.attachmentTickets ?? {}) as object) : []));
  const names = [...replicas.map((replica) => replica.metadata.name), ...Object.values(addresses), ...tickets, pod, `vm-${claim}`, volume, claim].filter((name) => name !== '');
  const cut = new RegExp(`(${names.map((name) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})`);
  return { volume, claim, pod: isAttached ? pod : null, objects, replicas: replicas.map((replica) => replica.metadata.name), engine, addresses, parts: objects.map(({ object }) => JSON.stringify(object).split(cut)) };
}

function ticketId(volume: string, node: string): string {
  return `csi-${createHash('sha256').update(`${volume}driver.longhorn.io${node}`).digest('hex')}`;
}

/** Writes one copy of a pattern: the text of its objects with names, places and addresses replaced. */
function stamp(cluster: Cluster, pattern: Pattern, index: number, spots: readonly Spot[]): void {
  const uid = cluster.random.uuid();
  const volume = `pvc-${uid}`;
  const claim = `load-${String(index).padStart(5, '0')}`;
  const first = index % spots.length;
  const places = pattern.replicas.map((_name, n) => spots[(first + n * 7 + (n > 0 ? 1 : 0)) % spots.length]).filter((spot) => spot !== undefined);
  const home = places[0]?.node ?? '';
  const originals = pattern.replicas.map((name) => pattern.objects.find(({ object }) => object.metadata.name === name)?.object);
  const swaps = new Map<string, string>([[`vm-${pattern.claim}`, `vm-${claim}`], [pattern.volume, volume], [pattern.claim, claim]]);
  const oldHome = String(pattern.objects.find(({ typeId }) => typeId === LH.volume)?.object.status?.currentNodeID ?? '');
  pattern.replicas.forEach((name, n) => {
    const original = originals[n];
    const place = places[n];
    if (original === undefined || place === undefined) return;
    swaps.set(name, `${volume}-r-${cluster.random.hex(8)}`);
    swaps.set(pattern.addresses[name] ?? '', `${place.ip}:${String(portOf(pattern.engine, index, n))}`);
  });
  if (oldHome !== '') swaps.set(ticketId(pattern.volume, oldHome), ticketId(volume, home));
  if (pattern.pod !== null) swaps.set(pattern.pod, `virt-launcher-${claim}-${cluster.random.lower(5)}`);
  for (const [at, { typeId, object }] of pattern.objects.entries()) {
    const text = (pattern.parts[at] ?? []).map((part) => swaps.get(part) ?? part).join('');
    const copy = JSON.parse(text) as KubeObject;
    relocate(copy, typeId, pattern, places, object, index, home);
    linkOwner(cluster, copy, volume);
    cluster.store.create(typeId, copy);
  }
}

function portOf(engine: 'v1' | 'v2', index: number, n: number): number {
  return (engine === 'v2' ? 21_000 : 11_000) + ((index * 4 + n) % 20_000);
}

/** Points a frontend, and the path it reports when it runs, at its copied engine. */
function retarget(spec: Fields, status: Fields, targetIP: string, targetPort: number): void {
  Object.assign(spec, { targetIP, targetPort });
  if (status.currentState !== 'running') return;
  const path = `${targetIP}:${String(targetPort)}`;
  Object.assign(status, { targetIP, targetPort, activePath: path, preferredPath: path });
  for (const entry of (status.paths ?? []) as Fields[]) Object.assign(entry, { targetIP, targetPort });
}

function relocate(copy: KubeObject, typeId: string, pattern: Pattern, places: readonly Spot[], original: KubeObject, index: number, home: string): void {
  const spec = copy.spec ?? {};
  const status = copy.status ?? {};
  const isOn = String(original.spec?.nodeID ?? '') !== '';
  if (typeId === LH.replica) {
    const n = pattern.replicas.indexOf(original.metadata.name);
    const place = places[n];
    if (place === undefined) return;
    Object.assign(spec, { nodeID: place.node, diskID: place.disk, diskPath: place.path });
    copy.metadata.labels = { ...copy.metadata.labels, longhornnode: place.node, longhorndiskuuid: place.disk };
    status.ownerID = place.node;
    if (status.currentState === 'running') Object.assign(status, { instanceManagerName: place.manager, ip: place.ip, storageIP: place.ip, port: portOf(pattern.engine, index, n) });
  } else if ((typeId === LH.engine || typeId === LH.frontend) && isOn) {
    const place = places[0];
    spec.nodeID = home;
    copy.metadata.labels = { ...copy.metadata.labels, longhornnode: home };
    status.ownerID = home;
    if (status.currentState === 'running') Object.assign(status, { instanceManagerName: place?.manager ?? '', ip: place?.ip ?? '', storageIP: place?.ip ?? '' });
    if (typeId === LH.engine) status.port = portOf(pattern.engine, index, 3);
    else retarget(spec, status, place?.ip ?? '', portOf(pattern.engine, index, 3));
  } else if (typeId === LH.volume) {
    status.ownerID = home;
    if (isOn) {
      Object.assign(spec, { nodeID: home });
      status.currentNodeID = home;
      if (status.currentEngineNodeID !== undefined && status.currentEngineNodeID !== '') status.currentEngineNodeID = home;
    }
  } else if (typeId === LH.attachment) {
    for (const ticket of Object.values((spec.attachmentTickets ?? {}) as Record<string, Fields>)) ticket.nodeID = home;
  } else if (typeId === LH.pod) {
    spec.nodeName = home;
  }
}

/** The copy's owner is the copied volume, which exists by now. */
function linkOwner(cluster: Cluster, copy: KubeObject, volume: string): void {
  const owner = copy.metadata.ownerReferences?.find((reference) => reference.kind === 'Volume');
  if (owner !== undefined) owner.uid = cluster.store.get(LH.volume, `${NAMESPACE}/${volume}`)?.metadata.uid ?? owner.uid;
  if (copy.kind === 'PersistentVolume' && copy.spec?.claimRef !== undefined) copy.spec.claimRef.uid = cluster.store.get(LH.pvc, `default/${String(copy.spec.claimRef.name)}`)?.metadata.uid ?? '';
}

/** Nodes `node-01`… in five zones, each with one large v1 and one large v2 disk. */
function addNodes(cluster: Cluster, count: number): void {
  addPlatform(cluster, { longhornSettings: { 'storage-over-provisioning-percentage': '1000' } });
  for (let index = 0; index < count; index++) {
    const name = `node-${String(index + 1).padStart(2, '0')}`;
    addNode(cluster, { name, zone: `zone-${'abcde'[index % 5] ?? 'a'}`, memory: 512, cpu: 96, disks: [{ engine: 'v1', size: DISK }, { engine: 'v2', size: DISK }] });
  }
  addStorageClass(cluster, 'longhorn-v2', v2Parameters());
  cluster.clock.advance(20_000);
}

/**
 * A large cluster in steady state, for load work: every volume with claim, PV, attachment, engine, replicas and (when
 * attached) a launcher pod, spread over all nodes. The first few are grown for real, the rest are copies of them.
 */
export function buildScale(cluster: Cluster, options: ScaleOptions): void {
  if (cluster.store.list(LH.node).length === 0) addNodes(cluster, options.nodes);
  const spots = { v1: spotsOf(cluster, 'v1'), v2: spotsOf(cluster, 'v2') };
  const patterns = new Map<string, Pattern>();
  for (const engine of ['v1', 'v2'] as const) for (const isAttached of [true, false]) patterns.set(`${engine}/${String(isAttached)}`, growPattern(cluster, engine, isAttached));
  truthOf(cluster).isLoading = true;
  for (let index = 0; index < options.volumes - patterns.size; index++) {
    const engine = index % 10 < V1_OF_TEN ? 'v1' : 'v2';
    const isAttached = index % 7 >= STOPPED_OF_TEN;
    const pattern = patterns.get(`${engine}/${String(isAttached)}`);
    if (pattern !== undefined) stamp(cluster, pattern, index, spots[engine]);
  }
  truthOf(cluster).isLoading = false;
  // One round of the disk monitor, so that the disks count what was placed on them.
  cluster.clock.advance(35_000);
}

