import type { ResourceType, Store } from './contract';
import { USER_ID } from './rancher/management';
import { Access, type Verb } from './steve/access';
import type { Handlers, View } from './steve/surface';
import type { World } from './world';

/** In Rancher itself everybody signed in may read what the dashboard shows; only admins write. */
class ManagementAccess extends Access {
  override verbs(type: ResourceType): readonly Verb[] {
    return this.role === 'admin' ? super.verbs(type) : ['get', 'list', 'watch'];
  }

  override namespaces(): '*' {
    return '*';
  }

  override sees(): boolean {
    return true;
  }
}

const NO_HANDLERS: Handlers = { actions: [], streams: [], links: [] };

function userOf(world: World): string {
  return world.role === 'admin' ? USER_ID : `u-${world.role}`;
}

function accessOf(world: World, realm: 'harvester' | 'management', store: Store): Access {
  return realm === 'harvester' ? new Access(world.role, userOf(world), store) : new ManagementAccess(world.role, userOf(world), store);
}

/** One request's or one watch's view of a realm. */
export function viewOf(world: World, realm: 'harvester' | 'management', origin: string, base: string, rawBase: string): View {
  const { cluster, relations } = world[realm];
  return { cluster, relations, access: accessOf(world, realm, cluster.store), handlers: realm === 'harvester' ? world.wiring.handlers : NO_HANDLERS, origin, base, rawBase };
}
