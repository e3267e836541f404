import type { Component } from 'vue';
import HealthBanner from '@/features/volume-detail/HealthBanner.vue';
import HostHealthPanel from '@/features/volume-detail/HostHealthPanel.vue';
import MachineHealthCell from '@/features/volume-detail/MachineHealthCell.vue';
import VolumeHealthCell from '@/features/volume-detail/VolumeHealthCell.vue';
import VolumeHealthPanel from '@/features/volume-detail/VolumeHealthPanel.vue';
import VolumeHealthPage from '@/features/volume-health/VolumeHealthPage.vue';
import { createClusterRegistry } from './host/cluster/registry';
import { createTranslate } from './host/entry/texts';
import { textAt } from './host/form/fields';
import ImagePanel from './host/pages/ImagePanel.vue';
import ImageTab from './host/pages/ImageTab.vue';
import MachinePanel from './host/pages/MachinePanel.vue';
import MachineTab from './host/pages/MachineTab.vue';
import { detailPanel, listBanner } from './host/pages/panels';
import './host/pages/host.css';
import { withCluster, type FeatureOptions } from './host/pages/with-cluster';
import type { HostServices, Pages } from './host/types';

/** Cells get the row of the host's table: its id is all that is needed of it. */
const rowAs = (prop: string) => (attrs: Readonly<Record<string, unknown>>): Record<string, unknown> | null => {
  const id = textAt(attrs.row, 'id');

  return id === '' ? null : { [prop]: id };
};

/** Panels get the live model and know themselves what to do while there is none. */
const panelProps = (attrs: Readonly<Record<string, unknown>>): Record<string, unknown> => ({ resource: attrs.resource, isPreferred: attrs.isPreferred === true });

/** Called by the entry script when the first of our components is seen. */
export function install(services: HostServices): Pages {
  const registry = createClusterRegistry(services, createTranslate(services.store));
  const feature = (component: Component, options?: FeatureOptions): Component => withCluster(component, registry, services, options);

  return {
    components: {
      ImageTab: feature(ImageTab),
      MachineTab: feature(MachineTab),
      VolumePanel: feature(detailPanel(VolumeHealthPanel, 'claimId'), { toProps: panelProps }),
      MachinePanel: feature(detailPanel(MachinePanel, 'machineId'), { toProps: panelProps }),
      ImagePanel: feature(detailPanel(ImagePanel, 'imageId'), { toProps: panelProps }),
      HostPanel: feature(detailPanel(HostHealthPanel, 'nodeName'), { toProps: panelProps }),
      VolumeCell: feature(VolumeHealthCell, { toProps: rowAs('claimId') }),
      MachineCell: feature(MachineHealthCell, { toProps: rowAs('machineId') }),
      VolumesBanner: feature(listBanner(HealthBanner)),
      HealthPage: feature(VolumeHealthPage, { hasUrlState: true })
    }
  };
}
