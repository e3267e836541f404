import { extensionFolder } from './extension-chart';
import type { Product } from './product';

/** Path of the loader, relative to the repository's root. */
export const UI_INDEX_LOADER = 'harvester/ui-index/load.js';

/**
 * The script that a copy of Harvester's own start page takes in, where its UI loads no extensions by itself
 * (experimental). It waits for the dashboard's extension manager and hands it our extension, from beside the loader.
 */
export function createLoader(product: Product): Buffer {
  const id = `${ product.name }-${ product.version }`;
  const script = `../../${ extensionFolder(product) }/plugin/${ id }.umd.min.js`;

  return Buffer.from(`// ${ id }: loads the extension into a Harvester UI that stands alone. Experimental: see packaging/README.md.
(() => {
  const script = new URL(${ JSON.stringify(script) }, document.currentScript.src).href;

  const load = (app) => {
    // Its name changed with the extension API 3.0.8.
    const manager = app.$extension ?? app.$plugin;

    manager?.loadAsync(${ JSON.stringify(id) }, script).catch((error) => console.warn(${ JSON.stringify(`${ product.name } was not loaded:`) }, error));
  };

  if (window.$globalApp) {
    load(window.$globalApp);
    return;
  }
  // The dashboard puts itself there when it is made, before it draws a page.
  Object.defineProperty(window, '$globalApp', {
    configurable: true,
    get: () => undefined,
    set: (app) => {
      Object.defineProperty(window, '$globalApp', { configurable: true, writable: true, enumerable: true, value: app });
      load(app);
    }
  });
})();
`);
}
