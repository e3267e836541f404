import { createHash } from 'node:crypto';
import type { Cluster, Fields, KubeObject } from '../contract';
import { LH } from '../controllers/longhorn/kinds';
import { truthOf } from '../controllers/longhorn/truth';
import { addMachines, addNode, addPlatform, addStorageClass, claimsOfMachine, v2Parameters, volumeOfMachine } from './build';

const VM = 'kubevirt.io.virtualmachine';
const VMI = 'kubevirt.io.virtualmachineinstance';
const SECRET = 'secret';
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

/** A machine with its disk and everything around it, taken from a real one; copied with other names and places. */
interface Pattern {
  machine: string;
  volume: string;
  objects: { typeId: string; object: KubeObject }[];
  replicas: string[];
  engine: 'v1' | 'v2';
  /** Node of the machine; '' when it is stopped. */
  home: string;
  /** Replica name -> `ip:port` by which its engine knows it, also after it stopped. */
  addresses: Record<string, string>;
  /** Texts that every copy has its own of, the longest first: names, uids, addresses. */
  names: { name: string; as: 'machine' | 'claim' | 'pod' | 'secret' | 'volume' | 'replica' | 'address' | 'ticket' | 'uid' }[];
  /** The objects as text, cut where one of these stands. */
  parts: string[][];
}

const TYPES = [VM, VMI, SECRET, LH.pvc, LH.pv, LH.volume, LH.attachment, LH.engine, LH.frontend, LH.replica, LH.pod];
/** Kinds that name the machine's node in many places. */
const HOMEBOUND = new Set<string>([VM, VMI, LH.pod]);

function growPattern(cluster: Cluster, engine: 'v1' | 'v2', isAttached: boolean): Pattern {
  const machine = `pattern-${engine}-${isAttached ? 'attached' : 'stopped'}`;
  const { store } = cluster;
  const plan = { name: machine, storageClass: engine === 'v2' ? 'longhorn-v2' : 'harvester-longhorn', size: VOLUME / GIB, isRunning: isAttached, node: store.list(LH.node)[0]?.metadata.name ?? '' };
  addMachines(cluster, [plan]);
  cluster.clock.advance(30_000);
  const claim = claimsOfMachine(cluster, machine)[0]?.split('/')[1] ?? '';
  const volume = volumeOfMachine(cluster, machine);
  const pod = store.list(LH.pod).find((candidate) => candidate.metadata.labels?.['vm.kubevirt.io/name'] === machine)?.metadata.name;
  const secret = store.list(SECRET).find((candidate) => candidate.metadata.name.startsWith(`${machine}-`))?.metadata.name ?? '';
  const own = new Set([machine, claim, volume, pod, secret]);
  const mine = (object: KubeObject): boolean => own.has(object.metadata.name) || object.metadata.labels?.longhornvolume === volume;
  const objects = TYPES.flatMap((typeId) => (typeId === LH.frontend && !cluster.profile.hasEngineFrontend ? [] : store.list(typeId).filter(mine).map((object) => ({ typeId: typeId as string, object }))));
  const of = (typeId: string): KubeObject[] => objects.filter((entry) => entry.typeId === typeId).map(({ object }) => object);
  const replicas = of(LH.replica).map(({ metadata }) => metadata.name);
  const addresses = { ...(of(LH.engine)[0]?.status?.currentReplicaAddressMap as Record<string, string> | undefined) };
  const names: Pattern['names'] = [
    ...Object.keys((of(LH.attachment)[0]?.spec?.attachmentTickets ?? {}) as object).map((name) => ({ name, as: 'ticket' as const })),
    ...replicas.map((name) => ({ name, as: 'replica' as const })),
    ...(pod === undefined ? [] : [{ name: pod, as: 'pod' as const }]),
    { name: volume, as: 'volume' as const },
    ...objects.map(({ object }) => ({ name: object.metadata.uid ?? '', as: 'uid' as const })),
    { name: claim, as: 'claim' as const },
    { name: secret, as: 'secret' as const },
    ...Object.values(addresses).map((name) => ({ name, as: 'address' as const })),
    { name: machine, as: 'machine' as const }
  ].filter(({ name }) => name !== '');
  const home = String(of(LH.volume)[0]?.status?.currentNodeID ?? '');
  const cutter = (more: string[]): RegExp => new RegExp(`(${[...names.map(({ name }) => name), ...more].map((name) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})`);
  const cuts = { plain: cutter([]), homebound: cutter(home === '' ? [] : [home]) };
  return { machine, volume, objects, replicas, engine, home, addresses, names, parts: objects.map(({ typeId, object }) => JSON.stringify(object).split(HOMEBOUND.has(typeId) ? cuts.homebound : cuts.plain)) };
}

function ticketId(volume: string, node: string): string {
  return `csi-${createHash('sha256').update(`${volume}driver.longhorn.io${node}`).digest('hex')}`;
}

/** Writes one copy of a pattern: the text of its objects with names, places and addresses replaced. */
function stamp(cluster: Cluster, pattern: Pattern, index: number, spots: readonly Spot[]): void {
  const { random } = cluster;
  const number = String(index).padStart(5, '0');
  const first = index % spots.length;
  const places = pattern.replicas.map((_name, n) => spots[(first + n * 7 + (n > 0 ? 1 : 0)) % spots.length]).filter((spot) => spot !== undefined);
  const home = places[0]?.node ?? '';
  const volumeUid = random.uuid();
  const volume = `pvc-${volumeUid}`;
  const originals = pattern.replicas.map((name) => pattern.objects.find(({ object }) => object.metadata.name === name)?.object);
  const swaps = new Map<string, string>([[pattern.home, home]]);
  const addressOf = new Map(pattern.replicas.map((name, n) => [pattern.addresses[name] ?? '', `${places[n]?.ip ?? ''}:${String(portOf(pattern.engine, index, n))}`]));
  for (const { name, as } of pattern.names) {
    if (as === 'machine') swaps.set(name, `load-${number}`);
    else if (as === 'claim') swaps.set(name, `load-${number}-disk-0`);
    else if (as === 'pod') swaps.set(name, `virt-launcher-load-${number}-${random.lower(5)}`);
    else if (as === 'secret') swaps.set(name, `load-${number}-${random.lower(5)}`);
    else if (as === 'volume') swaps.set(name, volume);
    else if (as === 'replica') swaps.set(name, `${volume}-r-${random.hex(8)}`);
    else if (as === 'address') swaps.set(name, addressOf.get(name) ?? name);
    else if (as === 'ticket') swaps.set(name, ticketId(volume, home));
    // A volume is named after its claim's uid.
    else swaps.set(name, name === pattern.volume.slice(4) ? volumeUid : random.uuid());
  }
  for (const [at, { typeId, object }] of pattern.objects.entries()) {
    const text = (pattern.parts[at] ?? []).map((part) => swaps.get(part) ?? part).join('');
    const copy = JSON.parse(text) as KubeObject;
    const n = pattern.replicas.indexOf(object.metadata.name);
    if (typeId === LH.replica && originals[n] === undefined) continue;
    relocate(copy, typeId, pattern, places, object, index, home);
    cluster.store.create(typeId, copy, true);
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
  }
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
 * A large cluster in steady state, for load work: machines with one disk each, stopped or running, with all that goes
 * with them from the secret to the replicas, spread over all nodes. The first few are grown for real, the rest are copies
 * of them.
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

