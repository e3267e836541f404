import type { IncomingMessage } from 'node:http';
import type { ActionHandler, Cluster, LinkHandler, ResourceType, StreamAction } from '../contract';
import type { Access } from './access';
import type { Relations } from './relations';

/** What the controllers' room offers over HTTP. */
export interface Handlers {
  actions: readonly ActionHandler[];
  streams: readonly StreamAction[];
  links: readonly LinkHandler[];
}

/** One view of the cluster: whose eyes, and under which prefix. All that formatting and listing need. */
export interface View {
  readonly cluster: Cluster;
  readonly access: Access;
  readonly handlers: Handlers;
  readonly relations: Relations;
  /** `https://host` of the request. */
  readonly origin: string;
  /** `/v1/harvester` or `/k8s/clusters/<id>/v1/harvester`. */
  readonly base: string;
  /** Where the raw Kubernetes paths are: '' or `/k8s/clusters/<id>`. */
  readonly rawBase: string;
}

/** The types this server version serves at all. */
export function isServed(cluster: Cluster, type: ResourceType): boolean {
  if (type.id === 'longhorn.io.enginefrontend') return cluster.profile.hasEngineFrontend;
  if (type.id === 'longhorn.io.shardgroup' || type.id === 'longhorn.io.shard') return cluster.profile.longhornMinor >= 12;
  if (type.id === 'harvesterhci.io.virtualmachineimagedownloader' || type.id === 'harvesterhci.io.lvmvolumegroup') return cluster.profile.longhornMinor >= 8;
  return true;
}

export function originOf(req: IncomingMessage): string {
  const forwarded = req.headers['x-forwarded-proto'];
  const isEncrypted = 'encrypted' in req.socket && req.socket.encrypted === true;
  const scheme = typeof forwarded === 'string' && /^https?$/.test(forwarded) ? forwarded : isEncrypted ? 'https' : 'http';
  const host = req.headers['x-forwarded-host'] ?? req.headers.host ?? 'localhost';
  const name = typeof host === 'string' && /^[\w.:[\]-]+$/.test(host) ? host : 'localhost';
  return `${scheme}://${name}`;
}

/** Finds a type by its schema id or its plural path segment. */
export function findType(cluster: Cluster, segment: string): ResourceType | undefined {
  const name = segment.toLowerCase();
  const type = cluster.store.type(name) ?? byPlural(cluster).get(name);
  return type !== undefined && isServed(cluster, type) ? type : undefined;
}

const plurals = new WeakMap<readonly ResourceType[], Map<string, ResourceType>>();

function byPlural(cluster: Cluster): Map<string, ResourceType> {
  const types = cluster.store.types;
  let map = plurals.get(types);
  if (map === undefined) {
    map = new Map(types.map((type) => [type.pluralName, type]));
    plurals.set(types, map);
  }
  return map;
}

/** The type, unless the role has no verb on it: Steve then has no schema for it. */
export function visibleType(view: View, segment: string): ResourceType | undefined {
  const type = findType(view.cluster, segment);
  return type !== undefined && view.access.verbs(type).length > 0 ? type : undefined;
}

export function keyOf(type: ResourceType, namespace: string | undefined, name: string): string {
  return type.namespaced ? `${namespace ?? ''}/${name}` : name;
}
