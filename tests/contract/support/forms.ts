/* eslint-disable vue/one-component-per-file, vue/order-in-components -- stand-ins for pages of Harvester, written as it writes them */
import Tab from '@shell/components/Tabbed/Tab.vue';
import Tabbed from '@shell/components/Tabbed/index.vue';
import { mount, type VueWrapper } from '@vue/test-utils';
import { defineComponent, h, provide, reactive, type Component } from 'vue';
import type { Host } from './host';

type Model = Record<string, unknown> & { metadata: { annotations: Record<string, string>; namespace: string }; spec: Record<string, unknown> };

export interface RouteStub {
  name: string;
  params: Record<string, string>;
  query: Record<string, string>;
  path: string;
  hash: string;
  meta: Record<string, unknown>;
}

export function routeTo(resource: string, mode: 'create' | 'edit' | 'detail' | 'list', product = 'harvester'): RouteStub {
  const name = { create: '-create', edit: '-namespace-id', detail: '-namespace-id', list: '' }[mode];

  return { name: `${product}-c-cluster-resource${name}`, params: { product, resource, cluster: 'c-m-abc', id: 'x', namespace: 'default' }, query: mode === 'edit' ? { mode: 'edit' } : {}, path: '/', hash: '', meta: {} };
}

/** The hosting page's flags, which the shell's `CruResource` provides since 3.0.8. */
export type PageFlag = 'isInResourceCreateKey' | 'isInResourceEditKey' | null;

const classes = [
  { id: 'longhorn', isLonghornV1: true }, { id: 'longhorn-v2', isLonghornV1: false }, { id: 'longhorn-v2-2r', isLonghornV1: false }
];

export function imageModel(changes: Partial<Model> = {}): Model {
  return reactive({ type: 'harvesterhci.io.virtualmachineimage', thirdPartyStorageFeatureEnabled: true, metadata: { namespace: 'default', annotations: {} }, spec: { sourceType: 'download', displayName: 'jammy', url: 'http://a/b.img' }, ...changes });
}

const cruResource = (flag: PageFlag): Component => defineComponent({
  name: 'CruResource',
  props: { resource: { type: Object, required: true } },
  setup(_props, { slots }) {
    if (flag !== null) {
      provide(flag, true);
    }

    return () => h('form', slots.default?.());
  }
});

/**
 * A form with the parts of Harvester's image form (`edit/harvesterhci.io.virtualmachineimage.vue`) that matter here: the
 * computed class with its setter, the watcher that derives the backend, and the fetch that fills in a default class.
 */
export const EditImage = (flag: PageFlag): Component => defineComponent({
  name: 'EditImage',
  inheritAttrs: false,
  components: { Cru: cruResource(flag), Tabbed, Tab },
  props: { value: { type: Object, required: true }, isEdit: { type: Boolean, default: false } },
  data: () => ({ file: '' as unknown, state: { pending: false }, isForm: true }),
  computed: {
    $fetchState(): { pending: boolean } { return this.state; },
    storageClassName: {
      get(): string { return (this.value as Model).metadata.annotations['harvesterhci.io/storageClassName'] ?? ''; },
      set(name: string) {
        (this.value as Model).metadata.annotations['harvesterhci.io/storageClassName'] = name;
        (this.value as Model).spec.targetStorageClassName = name;
      }
    }
  },
  watch: {
    storageClassName(name: string) {
      const found = classes.find((candidate) => candidate.id === name);

      if (found) {
        (this.value as Model).spec.backend = found.isLonghornV1 ? 'backingimage' : 'cdi';
      }
    }
  },
  created() { this.storageClassName = this.storageClassName || this.defaultStorageClassName(); },
  methods: { registerBeforeHook: () => undefined, defaultStorageClassName: () => 'longhorn' },
  template: '<Cru :resource="value"><Tabbed v-if="isForm"><Tab name="basic" label="Basics" :weight="99" /><Tab name="storage" label="Storage" :weight="89" /><Tab name="labels" label="Labels" :weight="2" /></Tabbed></Cru>'
});

export interface DiskRow extends Record<string, unknown> { id: string; image?: string; name: string; source: string; type: string; size: string }

/** The parts of Harvester's VM form (`mixins/harvester-vm`, `edit/kubevirt.io.virtualmachine`) that matter here. */
export const EditMachine = (flag: PageFlag, rows: DiskRow[]): Component => defineComponent({
  name: 'HarvesterEditVM',
  inheritAttrs: false,
  components: { Cru: cruResource(flag), Tabbed, Tab },
  props: { value: { type: Object, required: true } },
  data: () => ({
    diskRows: rows, imageId: '', isSingle: true, count: 2, isForm: true,
    images: [
      { id: 'default/v2', storageClassName: 'longhorn-v2', status: { size: 5e8, virtualSize: 12 * 1024 ** 3 } },
      { id: 'default/other', storageClassName: 'lvm', status: { size: 5e8, virtualSize: 2 * 1024 ** 3 } },
      { id: 'default/iso', storageClassName: 'longhorn-v2', imageSuffix: 'iso', status: { size: 3e9, virtualSize: 3e9 } }
    ]
  }),
  methods: {
    registerBeforeHook: () => undefined,
    parseVolumeClaimTemplate(row: DiskRow, name: string): Record<string, unknown> {
      return { metadata: { name, annotations: { 'harvesterhci.io/imageId': row.image } }, spec: { accessModes: [typeof row.accessMode === 'string' ? row.accessMode : 'ReadWriteMany'], volumeMode: 'Block', storageClassName: (this.images as { id: string; storageClassName: string }[]).find((image) => image.id === row.image)?.storageClassName ?? row.storageClassName, resources: { requests: { storage: row.size } } } };
    },
    parseVM(): unknown {
      const templates = (this.diskRows as DiskRow[]).map((row, index) => this.parseVolumeClaimTemplate(row, `vm-${row.name}-${String(index)}`));

      (this.value as Model).metadata.annotations['harvesterhci.io/volumeClaimTemplates'] = JSON.stringify(templates);

      return templates;
    }
  },
  template: '<Cru :resource="value"><Tabbed v-if="isForm" side-tabs><Tab name="basic" label="Basics" :weight="0" /><Tab name="Volume" label="Volumes" :weight="-1" /><Tab name="Network" label="Networks" :weight="-2" /></Tabbed></Cru>'
});

/** Mounts a page as the host does: with its store, router, translations and directives. */
export function mountPage(host: Host, page: Component, props: Record<string, unknown>, route: RouteStub): VueWrapper {
  return mount(page, {
    props,
    attachTo: document.body,
    global: {
      plugins: [host.store as never],
      mocks: { $route: route, $router: { replace: () => undefined, currentRoute: { _value: route } }, $extension: host.manager, t: (key: string) => key },
      directives: { 'clean-tooltip': {} },
      config: { warnHandler: () => undefined }
    }
  });
}

/** The nearest public instance with a method or field of that name below a wrapper. */
export function formOf(wrapper: VueWrapper): Record<string, unknown> {
  return wrapper.vm as unknown as Record<string, unknown>;
}
