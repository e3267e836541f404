import type { HostInternal, HostPlugin, HostServices } from './host/types';
import { registerFormatters } from './host/entry/formatters';
import { lazyComponent } from './host/entry/lazy';
import { checkHost, findHarvester } from './host/entry/login-checks';
import { createPagesLoader } from './host/entry/pages-loader';
import { CELL, registerEverything, type ComponentOf } from './host/entry/registrations';
import { missingFromHost, reportUnfitHost } from './host/entry/requirements';
import { besideEntry, injectScript, once } from './host/entry/scripts';
import { createTextsLoader, createTranslate, mergeTexts, registerTexts } from './host/entry/texts';

const NAME = 'harvester-longhorn-v2';
const ID = `${NAME}-${__LHV2_VERSION__}`;
/** Known only while the script runs for the first time. */
const ENTRY_URL = (document.currentScript as HTMLScriptElement | null)?.src ?? '';

/**
 * Entry point that Rancher calls once the script is loaded. Registers tabs, panels, columns and the page; everything they
 * show comes from the second script, fetched when the first of them is seen.
 */
export default function initialize(plugin: HostPlugin, internal: HostInternal): void {
  plugin.metadata = { name: NAME, version: __LHV2_VERSION__ };

  const missing = missingFromHost(plugin, internal);

  if (missing.length > 0) {
    reportUnfitHost(plugin, (internal as HostInternal | undefined)?.store, missing);

    return;
  }

  const { store, $axios, plugins } = internal;
  const t = createTranslate(store);
  const logoutListeners: (() => void)[] = [];

  const services: HostServices = {
    store,
    http: $axios,
    version: __LHV2_VERSION__,
    harvesterVersion: () => findHarvester(plugins.getPlugins())?.version ?? '',
    onLogout: (listener) => { logoutListeners.push(listener); }
  };
  const pagesUrl = besideEntry(ENTRY_URL, `pages-${__LHV2_VERSION__}.js`);
  const loadPages = once(() => injectScript(pagesUrl));
  const texts = createTextsLoader({
    keysId: `${ID}/keys`,
    loadKeys: loadPages,
    urlOf: (locale) => besideEntry(ENTRY_URL, `texts-${locale}-${__LHV2_VERSION__}.js`),
    globalIdOf: (locale) => `${ID}/texts/${locale}`
  });
  const loader = createPagesLoader({
    url: pagesUrl,
    inject: loadPages,
    globalId: `${ID}/pages`,
    services,
    alongside: () => mergeTexts(store, texts)
  });
  const lazily: ComponentOf = (name, options) => lazyComponent(name, loader, t, options);

  registerTexts(plugin, texts);
  registerEverything(plugin, lazily);
  registerFormatters(plugin, plugins, {
    [CELL.volume]: lazily('VolumeCell', { isQuiet: true }),
    [CELL.machine]: lazily('MachineCell', { isQuiet: true })
  });

  const check = async (): Promise<void> => { await checkHost(store, plugins.getPlugins(), t); };

  plugin.addNavHooks({
    // Not awaited: the host signs the person in only when this is done.
    onLogin: () => {
      void check();

      return Promise.resolve();
    },
    onLogout: () => {
      logoutListeners.forEach((listener) => { listener(); });

      return Promise.resolve();
    }
  });
  // Loaded by hand into a running dashboard: the hook for signing in is long over.
  if (store.getters['uiplugins/ready'] === true) {
    setTimeout(() => { void check(); }, 0);
  }
}
