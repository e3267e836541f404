import { h, type Component, type SetupContext, type VNodeChild } from 'vue';
import { textAt } from '../form/fields';
import { useOnce } from './once';

/**
 * A panel on a detail page: turns the model that the host passes into the feature's id, shows itself once per page, and
 * keeps the distance to its neighbours that Rancher's own banners have.
 */
export function detailPanel(panel: Component, prop: string): Component {
  return {
    name: 'Lhv2DetailPanel',
    inheritAttrs: false,
    props: ['resource', 'isPreferred'],
    setup(props: { readonly resource?: unknown; readonly isPreferred?: boolean }, _context: SetupContext): () => VNodeChild {
      const isShown = useOnce(prop, props.isPreferred === true);

      return () => {
        const id = textAt(props.resource, 'id');

        return id === '' || !isShown() ? null : h('div', { class: 'lhv2-host-gap', 'data-testid': 'lhv2-host-panel' }, [h(panel, { [prop]: id })]);
      };
    }
  } as Component;
}

/** A banner above the host's list, at the distance that the host's own banners keep. */
export function listBanner(banner: Component): Component {
  return { name: 'Lhv2ListBanner', setup: (): (() => VNodeChild) => () => h('div', { class: 'lhv2-host-gap-below' }, [h(banner)]) };
}
