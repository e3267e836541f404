import { defineComponent, h, onBeforeUnmount, provide, type Component, type SetupContext, type VNodeChild } from 'vue';
import { URL_STATE } from '@/features/url-state';
import { CLUSTER, type ClusterContext } from '@/stores/contract';
import type { ClusterRegistry } from '../cluster/registry';
import { createRouterUrlState, type QueryRouter } from '../cluster/url-state';
import { hostRouter } from '../cluster/store';
import type { HostServices } from '../types';
import { SERVICES } from './services';

/** Hands the cluster to everything below; a new cluster gets a new instance (see the key). */
const ClusterProvider = defineComponent({
  name: 'Lhv2Cluster',
  props: { cluster: { type: Object, required: true } },
  setup(props, { slots }) {
    provide(CLUSTER, props.cluster as ClusterContext);

    return () => slots.default?.();
  }
});

export interface FeatureOptions {
  /** Turns what the host passes (a model, a table row) into the feature's own props; null draws nothing. */
  readonly toProps?: (attrs: Readonly<Record<string, unknown>>) => Record<string, unknown> | null;
  /** A page that keeps its state in the address's query. */
  readonly hasUrlState?: boolean;
}

/** A feature as the host mounts it: with the cluster on screen, the host's services and, for a page, the address's query. */
export function withCluster(
  component: Component,
  registry: ClusterRegistry,
  services: HostServices,
  options: FeatureOptions = {}
): Component {
  const { toProps = () => ({}), hasUrlState = false } = options;

  return {
    name: 'Lhv2Feature',
    inheritAttrs: false,
    setup(_props: object, { attrs }: SetupContext): () => VNodeChild {
      const release = registry.use();

      provide(SERVICES, services);
      onBeforeUnmount(release);

      if (hasUrlState) {
        const state = createRouterUrlState(hostRouter(services.store) as QueryRouter);

        provide(URL_STATE, state);
        onBeforeUnmount(() => { state.dispose(); });
      }

      return () => {
        const cluster = registry.current.value;
        const props = toProps(attrs);

        return cluster === null || props === null
          ? null
          : h(ClusterProvider, { key: cluster.clusterId, cluster }, { default: () => h(component, props) });
      };
    }
  } as Component;
}
