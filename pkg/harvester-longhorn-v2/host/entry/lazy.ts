import { h, onBeforeUnmount, shallowRef, type Component, type SetupContext, type VNodeChild } from 'vue';
import type { PageComponent } from '../types';
import type { PagesLoader } from './pages-loader';

export type HostTranslate = (key: string, params?: Readonly<Record<string, unknown>>) => string;


export interface LazyOptions {
  /** Cells and banners: nothing while loading, a dash when loading failed. */
  readonly isQuiet?: boolean;
  /** Passed on beside what the host passes. */
  readonly attrs?: Readonly<Record<string, unknown>>;
}

/**
 * A component of the second script under a name that the host can mount at once. It forwards every attribute, and says
 * what failed, with a way to try again, when the script cannot be fetched.
 *
 * It carries an empty `fetch`: the host's list pages take it as "this page reads its own data" and ask for no schema.
 */
export function lazyComponent(name: PageComponent, loader: PagesLoader, t: HostTranslate, options: LazyOptions = {}): Component {
  return {
    name: `Lhv2${name}`,
    inheritAttrs: false,
    fetch(): void { /* see above */ },
    setup(_props: object, { attrs }: SetupContext): () => VNodeChild {
      const component = shallowRef<Component | null>(loader.current()?.components[name] ?? null);
      const hasFailed = shallowRef(false);
      let isGone = false;

      const load = (): void => {
        hasFailed.value = false;
        loader.load().then(
          (pages) => { if (!isGone) { component.value = pages.components[name]; } },
          () => { if (!isGone) { hasFailed.value = true; } }
        );
      };

      onBeforeUnmount(() => { isGone = true; });
      if (component.value === null) {
        load();
      }

      return () => {
        if (component.value !== null) {
          return h(component.value, { ...attrs, ...options.attrs });
        }
        if (!hasFailed.value || options.isQuiet === true) {
          return hasFailed.value ? h('span', { class: 'text-muted', title: t('lhv2.host.pagesFailed', { url: loader.url }) }, '—') : null;
        }

        return h('div', { role: 'alert', class: 'text-warning mb-20' }, [
          h('p', t('lhv2.host.pagesFailed', { url: loader.url })),
          h('button', { type: 'button', class: 'btn btn-sm role-secondary mt-10', onClick: load }, t('lhv2.host.retry'))
        ]);
      };
    }
  } as Component;
}
