import type { App, Component } from 'vue';
import type { ExtensionManager, HostPlugin } from '../types';

const POLL = 50;
const PATIENCE = 30_000;

/** The host's Vue app; null until it is mounted. */
function hostApp(): App | null {
  const element = document.getElementById('app') as (HTMLElement & { __vue_app__?: App }) | null;

  return element?.__vue_app__ ?? null;
}

/**
 * Makes table cells known to the host under a name. A formatter that is registered with the extension manager is wrapped
 * anew for every cell whenever rows change, which remounts them all; a globally registered component is simply patched.
 * The app exists only some time after extensions are loaded, so the slow way holds until then.
 */
export function registerFormatters(plugin: HostPlugin, manager: ExtensionManager, cells: Readonly<Record<string, Component>>, getApp: () => App | null = hostApp): void {
  for (const [name, cell] of Object.entries(cells)) {
    plugin.register('formatters', name, () => Promise.resolve(cell));
  }

  const started = performance.now();

  const attempt = (): void => {
    const app = getApp();

    if (app === null) {
      if (performance.now() - started < PATIENCE) {
        setTimeout(attempt, POLL);
      }

      return;
    }
    if (typeof manager.unregister !== 'function') {
      return;
    }
    for (const [name, cell] of Object.entries(cells)) {
      app.component(name, cell);
      manager.unregister('formatters', name);
    }
  };

  setTimeout(attempt, 0);
}
