import { extensionFolder } from './extension-chart';
import type { Product } from './product';

/** Path of the loader, relative to the repository's root. */
export const UI_INDEX_LOADER = 'harvester/ui-index/load.js';

/**
 * The script that a copy of Harvester's own start page takes in, where the server lists no extensions (experimental).
 *
 * The dashboard asks for the list of extensions and loads what is in it before it opens its first page. The script adds
 * ours to that one answer, so that the dashboard loads it as it loads every other: with its own checks of versions, and
 * before any page, form or menu looks for what extensions registered. Handed over later, by the dashboard's extension
 * manager, it would be too late for the first page: the router has refused an unknown type by then.
 */
export function createLoader(product: Product): Buffer {
  const { name, version, annotations } = product;
  const id = `${ name }-${ version }`;

  return Buffer.from(`// ${ id }: loads the extension into a Harvester UI that stands alone. Experimental: see packaging/README.md.
(() => {
  const entry = ${ JSON.stringify({ name, version, noCache: false, noAuth: false, metadata: { ...annotations, direct: 'true' } }) };

  entry.endpoint = new URL(${ JSON.stringify(`../../${ extensionFolder(product) }/plugin/${ id }.umd.min.js`) }, document.currentScript.src).href;

  // Rancher's own entry stays, should the server ever have one; so does every answer that is not a list.
  const addEntry = (body) => {
    try {
      const list = JSON.parse(body);

      return JSON.stringify({ ...list, entries: { [entry.name]: entry, ...list.entries } });
    } catch {
      return body;
    }
  };

  const { prototype } = XMLHttpRequest;
  const { open } = prototype;

  prototype.open = function(method, url, ...rest) {
    if (/^get$/i.test(method) && new URL(url, location.href).pathname === '/v1/uiplugins') {
      for (const key of ['response', 'responseText']) {
        const { get } = Object.getOwnPropertyDescriptor(prototype, key);

        Object.defineProperty(this, key, { configurable: true, get() { return addEntry(get.call(this)); } });
      }
    }

    return open.call(this, method, url, ...rest);
  };
})();
`);
}
