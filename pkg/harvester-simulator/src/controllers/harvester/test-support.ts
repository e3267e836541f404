import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCluster, type ClusterOptions, type RunningCluster } from '../../cluster';
import type { Cluster, Controller, KubeObject } from '../../contract';
import { PROFILES } from '../../profiles';
import { conformance } from '../../test-conformance';
import { controllers } from './index';
import { specOf, statusOf } from './support/conditions';
import { defineController } from './support/controller';
import { keyOf, LONGHORN_NAMESPACE, TYPE } from './support/types';

/**
 * The least of Longhorn that the tests of this room need: a volume has an attachment object, follows its tickets after
 * a second, copies its clone source and can be held back by name.
 */
export function fakeLonghorn(options: { stuck?: Set<string>; cloneDelay?: number } = {}): Controller {
  const attach = 1000;
  return defineController({
    name: 'fake-longhorn',
    watches: [{ typeId: TYPE.longhornVolume }, { typeId: TYPE.longhornAttachment }],
    create: (cluster) => {
      const since = new Map<string, number>();
      return (key) => {
        const volume = cluster.store.get(TYPE.longhornVolume, key);
        if (volume === undefined) return undefined;
        if (volume.metadata.deletionTimestamp !== undefined) {
          cluster.store.remove(TYPE.longhornAttachment, key);
          cluster.store.edit(TYPE.longhornVolume, key, (draft) => {
            draft.metadata.finalizers = [];
          });
          return undefined;
        }
        const attachment = cluster.store.get(TYPE.longhornAttachment, key);
        if (attachment === undefined) {
          cluster.store.create(TYPE.longhornAttachment, { metadata: { name: volume.metadata.name, namespace: LONGHORN_NAMESPACE }, spec: { volume: volume.metadata.name, attachmentTickets: {} } });
          cluster.store.edit(TYPE.longhornVolume, key, (draft) => {
            const status = statusOf(draft);
            Object.assign(status, { state: 'detached', robustness: 'unknown', currentNodeID: '', currentMigrationNodeID: '' });
            if (draft.spec?.dataSource !== '') status.cloneStatus = { state: 'initiated', sourceVolume: String(draft.spec?.dataSource), snapshot: '', attemptCount: 0, nextAllowedAttemptAt: '' };
          });
          return undefined;
        }
        if (volume.status?.cloneStatus?.state === 'initiated') {
          const started = since.get(key) ?? cluster.clock.now();
          since.set(key, started);
          if (cluster.clock.now() - started < (options.cloneDelay ?? 3000)) return attach;
          cluster.store.edit(TYPE.longhornVolume, key, (draft) => {
            statusOf(draft).cloneStatus.state = 'completed';
          });
        }
        const nodes = Object.values((attachment.spec?.attachmentTickets ?? {}) as Record<string, { nodeID: string }>).map(({ nodeID }) => nodeID);
        const held = options.stuck?.has(volume.metadata.name) === true || options.stuck?.has('*') === true;
        const current = String(volume.status?.currentNodeID ?? '');
        const target = held ? undefined : nodes.includes(current) ? current : nodes[0];
        const second = nodes.find((node) => node !== target);
        cluster.clock.after(attach, () => {
          cluster.store.edit(TYPE.longhornVolume, key, (draft) => {
            const status = statusOf(draft);
            specOf(draft).nodeID = target ?? '';
            status.currentNodeID = target ?? '';
            status.currentMigrationNodeID = second !== undefined && target !== undefined && draft.spec?.migratable === true ? second : '';
            status.state = target === undefined ? 'detached' : 'attached';
            if (status.robustness !== 'faulted') status.robustness = target === undefined ? 'unknown' : 'healthy';
          });
        });
        return undefined;
      };
    }
  });
}

export interface WorldOptions extends ClusterOptions {
  nodes?: string[];
  /** Classes beyond `longhorn-v2` (v2, migratable, three replicas) and `harvester-longhorn` (v1, default). */
  classes?: Partial<KubeObject>[];
  longhorn?: Controller;
}

export function addNode(cluster: Cluster, name: string, address: string): void {
  cluster.store.create(TYPE.node, {
    metadata: { name, labels: { 'kubernetes.io/hostname': name } },
    spec: {},
    status: {
      allocatable: { cpu: '16', memory: '64Gi' },
      capacity: { cpu: '16', memory: '64Gi' },
      addresses: [{ type: 'InternalIP', address }],
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }]
    }
  });
}

export function storageClass(name: string, parameters: Record<string, string>, extra: Partial<KubeObject> = {}): Partial<KubeObject> & { metadata: { name: string } } {
  return {
    metadata: { name, ...(extra.metadata as object | undefined) },
    provisioner: 'driver.longhorn.io',
    allowVolumeExpansion: true,
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'Immediate',
    parameters,
    ...Object.fromEntries(Object.entries(extra).filter(([field]) => field !== 'metadata'))
  };
}

export const V2_PARAMETERS = { dataEngine: 'v2', numberOfReplicas: '3', staleReplicaTimeout: '30', migratable: 'true', encrypted: 'false' };

/** A running three-node cluster with one v2 and one v1 class, this room's controllers and a Longhorn. */
export function createWorld(options: WorldOptions = {}): RunningCluster {
  const cluster = createCluster({ profile: PROFILES['1.9'], ...options });
  const { store } = cluster;
  for (const namespace of ['default', 'longhorn-system', 'harvester-system']) store.create('namespace', { metadata: { name: namespace } });
  (options.nodes ?? ['node1', 'node2', 'node3']).forEach((name, index) => addNode(cluster, name, `10.0.0.${index + 1}`));
  const annotations = { 'cdi.harvesterhci.io/storageProfileCloneStrategy': cluster.profile.cloneStrategy, 'cdi.harvesterhci.io/storageProfileVolumeSnapshotClass': 'longhorn-snapshot' };
  store.create(TYPE.storageClass, storageClass('longhorn-v2', V2_PARAMETERS, { metadata: { name: 'longhorn-v2', annotations } }));
  store.create(TYPE.storageClass, storageClass('harvester-longhorn', { numberOfReplicas: '3', staleReplicaTimeout: '30', migratable: 'true' }, { metadata: { name: 'harvester-longhorn', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } } }));
  store.create(TYPE.volumeSnapshotClass, { metadata: { name: 'longhorn-snapshot' }, driver: 'driver.longhorn.io', deletionPolicy: 'Delete', parameters: { type: 'snap' } });
  for (const extra of options.classes ?? []) store.create(TYPE.storageClass, extra as Partial<KubeObject> & { metadata: { name: string } });
  cluster.start([conformance, options.longhorn ?? fakeLonghorn(), ...controllers]);
  return cluster;
}

/** Lets cluster time pass in steps, and the network its real time in between, until `isDone` or the limit (an error). */
export async function until(cluster: Cluster, isDone: () => boolean, limit = 600_000, step = 500): Promise<void> {
  for (let passed = 0; !isDone(); passed += step) {
    if (passed > limit) throw new Error(`not reached within ${limit / 1000} s of cluster time`);
    cluster.clock.advance(step);
    await new Promise((resolve) => setImmediate(resolve));
    // Requests to the loopback server take a few turns of the event loop.
    if (passed % (step * 4) === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

export function hasQemuImg(): boolean {
  try {
    execFileSync('qemu-img', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A real qcow2 file made by qemu-img. */
export function makeQcow2(size: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'harvester-simulator-'));
  try {
    execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', join(folder, 'boot.qcow2'), size]);
    return readFileSync(join(folder, 'boot.qcow2'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export interface FileServer {
  url: string;
  requests: { method: string; range: string | undefined }[];
  close(): Promise<void>;
}

/** A loopback web server; by default it serves `body` with length, ranges and HEAD, as nginx would. */
export async function serve(body: Buffer, answer?: (req: IncomingMessage, res: ServerResponse) => boolean): Promise<FileServer> {
  const requests: FileServer['requests'] = [];
  const server: Server = createServer((req, res) => {
    requests.push({ method: req.method ?? '', range: req.headers.range });
    if (answer?.(req, res) === true) return undefined;
    const range = /^bytes=(\d+)-(\d+)$/.exec(req.headers.range ?? '');
    if (range !== null) {
      const part = body.subarray(Number(range[1]), Number(range[2]) + 1);
      res.writeHead(206, { 'content-length': part.length, 'content-range': `bytes ${range[1]}-${Number(range[1]) + part.length - 1}/${body.length}` });
      res.end(req.method === 'HEAD' ? undefined : part);
      return undefined;
    }
    res.writeHead(200, { 'content-length': body.length });
    res.end(req.method === 'HEAD' ? undefined : body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/boot.qcow2`,
    requests,
    close: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    })
  };
}

/** Posts an image as Harvester's form does. */
export function createImage(cluster: Cluster, name: string, spec: Record<string, unknown>): KubeObject {
  return cluster.store.create(TYPE.image, {
    metadata: { name, namespace: 'default', annotations: { 'harvesterhci.io/storageClassName': 'longhorn-v2' }, labels: { 'harvesterhci.io/imageDisplayName': name } },
    spec: { backend: 'cdi', displayName: name, sourceType: 'download', targetStorageClassName: 'longhorn-v2', retry: 3, checksum: '', pvcName: '', pvcNamespace: '', ...spec },
    status: { failed: 0 }
  });
}

export function get(cluster: Cluster, type: keyof typeof TYPE, name: string, namespace = 'default'): KubeObject | undefined {
  return cluster.store.get(TYPE[type], keyOf(namespace, name));
}

export interface MachineOptions {
  image?: string;
  storageClassName?: string;
  size?: string;
  accessModes?: string[];
  runStrategy?: string;
  spec?: Record<string, unknown>;
  secret?: string;
}

/** Posts a VM as Harvester's form does: one root disk, from an image or blank. */
export function createMachine(cluster: Cluster, name: string, options: MachineOptions = {}): KubeObject {
  const claim = `${name}-disk-0-abcde`;
  const template = {
    metadata: { name: claim, annotations: options.image === undefined ? {} : { 'harvesterhci.io/imageId': `default/${options.image}` } },
    spec: { accessModes: options.accessModes ?? ['ReadWriteMany'], resources: { requests: { storage: options.size ?? '10Gi' } }, volumeMode: 'Block', storageClassName: options.storageClassName ?? 'longhorn-v2' }
  };
  const cloudInit = options.secret === undefined ? [] : [{ name: 'cloudinitdisk', cloudInitNoCloud: { secretRef: { name: options.secret }, networkDataSecretRef: { name: options.secret } } }];
  return cluster.store.create(TYPE.vm, {
    metadata: { name, namespace: 'default', annotations: { 'harvesterhci.io/volumeClaimTemplates': JSON.stringify([template]), 'network.harvesterhci.io/ips': '[]' }, labels: { 'harvesterhci.io/creator': 'harvester' } },
    spec: {
      runStrategy: options.runStrategy ?? 'RerunOnFailure',
      template: {
        metadata: { annotations: { 'harvesterhci.io/sshNames': '[]' }, labels: { 'harvesterhci.io/vmName': name } },
        spec: {
          evictionStrategy: 'LiveMigrateIfPossible',
          hostname: name,
          networks: [{ name: 'default', pod: {} }],
          volumes: [{ name: 'disk-0', persistentVolumeClaim: { claimName: claim } }, ...cloudInit],
          domain: {
            cpu: { cores: 2, sockets: 1, threads: 1 },
            memory: { guest: '4Gi' },
            resources: { limits: { memory: '4Gi', cpu: '2' } },
            devices: { interfaces: [{ masquerade: {}, model: 'virtio', name: 'default' }], disks: [{ name: 'disk-0', disk: { bus: 'virtio' }, bootOrder: 1 }] }
          },
          ...options.spec
        }
      }
    }
  });
}

export function printable(cluster: Cluster, name: string): string {
  return String(get(cluster, 'vm', name)?.status?.printableStatus ?? '');
}

/** A body with a qcow2 header that claims a size, followed by zeroes. */
export function fakeQcow2(virtualSize: number, length = 200_000): Buffer {
  const body = Buffer.alloc(length);
  body.write('QFI\xfb', 'latin1');
  body.writeBigUInt64BE(BigInt(virtualSize), 24);
  return body;
}

/** A ready golden image of a size, made the short way: through its real import. */
export async function readyImage(cluster: Cluster, name: string, virtualSize: number, spec: Record<string, unknown> = {}): Promise<void> {
  const server = await serve(fakeQcow2(virtualSize));
  try {
    createImage(cluster, name, { url: server.url, ...spec });
    await until(cluster, () => get(cluster, 'image', name)?.status?.progress === 100);
  } finally {
    await server.close();
  }
}
