import type { PageLinks } from '@/stores/contract';
import { PAGE } from '../routes';
import type { HostRouter } from '../types';

const LIST = 'harvester-c-cluster-resource';

/**
 * Addresses of Harvester's pages for a cluster, as the browser shows them (with the dashboard's base path), so that they
 * serve as `href` and open in a new tab.
 */
export function createPageLinks(router: HostRouter, cluster: string): PageLinks {
  const href = (name: string, resource: string, params: Readonly<Record<string, string>> = {}, query: Readonly<Record<string, string>> = {}): string | null => {
    try {
      return router.resolve({ name, params: { product: 'harvester', cluster, resource, ...params }, query }).href;
    } catch {
      // A host without this route (Harvester UI not loaded) has no such page.
      return null;
    }
  };
  const namespaced = (resource: string, id: string): string | null => {
    const [namespace, name] = id.split('/');

    return namespace === undefined || name === undefined ? null : href(`${LIST}-namespace-id`, resource, { namespace, id: name });
  };

  return {
    volume: (claimId) => namespaced(PAGE.volume, claimId),
    machine: (id) => namespaced(PAGE.machine, id),
    image: (id) => namespaced(PAGE.image, id),
    host: (name) => href(`${LIST}-id`, PAGE.host, { id: name }),
    setting: (name) => href(`${LIST}-id`, PAGE.setting, { id: name }, { mode: 'edit' }),
    createMachine: (imageId) => href(`${LIST}-create`, PAGE.machine, {}, { image: imageId, fromPage: PAGE.image }),
    createImage: () => href(`${LIST}-create`, PAGE.image),
    health: (volumeName) => href(LIST, PAGE.health, {}, volumeName === undefined ? {} : { volume: volumeName })
  };
}

/** Goes to an address that `createPageLinks` gave, without a page load. */
export function navigateTo(router: HostRouter, path: string): void {
  const base = router.options.history.base.replace(/\/$/, '');
  const local = base !== '' && path.startsWith(`${base}/`) ? path.slice(base.length) : path;

  void router.push(local);
}
