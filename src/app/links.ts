import type { PageLinks } from '@/stores/contract';

const path = (id: string): string => id.split('/').map(encodeURIComponent).join('/');

/** Addresses of the app's pages, as `href`s that work in a new tab too. Settings are Harvester's: no page here. */
export const pageLinks: PageLinks = {
  volume: (claimId) => `#/volumes/${ path(claimId) }`,
  machine: (id) => `#/machines/${ path(id) }`,
  image: (id) => `#/images/${ path(id) }`,
  host: (name) => `#/hosts/${ path(name) }`,
  setting: () => null,
  createMachine: (imageId) => `#/create/machine${ imageId ? `?image=${ encodeURIComponent(imageId) }` : '' }`,
  createImage: () => '#/create/image',
  health: (volumeName) => `#/health${ volumeName ? `?volume=${ encodeURIComponent(volumeName) }` : '' }`
};
