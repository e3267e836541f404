import { onBeforeUnmount, type ComponentInternalInstance } from 'vue';
import type { Fields } from './fields';

/**
 * One adapter per form, for as long as the form lives: the tab inside it comes and goes (Harvester takes it down while
 * the YAML is shown), and what the option remembers or has hooked into the form must not go with it.
 */
export function createPerForm<T extends object>(release: (adapter: T) => void = () => undefined): (form: Fields, create: () => T) => T {
  const adapters = new WeakMap<object, T>();

  return (form, create) => {
    const known = adapters.get(form);

    if (known !== undefined) {
      return known;
    }

    const adapter = create();
    const instance = form.$ as ComponentInternalInstance | undefined;

    adapters.set(form, adapter);
    if (instance !== undefined) {
      onBeforeUnmount(() => {
        adapters.delete(form);
        release(adapter);
      }, instance);
    }

    return adapter;
  };
}
