import type { ComponentInternalInstance } from 'vue';
import { at, isFields, type Fields } from './fields';

/** Deepest nesting looked at: Harvester's forms are about fifteen components above a tab. */
const MAX_DEPTH = 60;

/** Public instances above a component, nearest first. */
export function* parentsOf(instance: ComponentInternalInstance | null): Generator<Fields> {
  let parent = instance?.parent ?? null;

  for (let depth = 0; parent !== null && depth < MAX_DEPTH; depth++) {
    const proxy: unknown = parent.proxy;

    if (isFields(proxy)) {
      yield proxy;
    }
    parent = parent.parent;
  }
}

const isFunction = (value: unknown): boolean => typeof value === 'function';

/** Type of the object that a component was given as its `value` or `resource` prop. */
const typeOf = (proxy: Fields, prop: 'value' | 'resource'): unknown => at(proxy, '$props', prop, 'type');

/**
 * Harvester's create or edit form of a type: a component with the model as its `value` prop and the hooks of the shell's
 * form mixin. Found by shape, because names may be minified away and other components carry the model too.
 */
export function findForm(instance: ComponentInternalInstance | null, type: string): Fields | null {
  for (const proxy of parentsOf(instance)) {
    if (typeOf(proxy, 'value') === type && isFunction(proxy.registerBeforeHook)) {
      return proxy;
    }
  }

  return null;
}

/** The live model that a `CruResource`-like ancestor edits; null when none of that type is near. */
export function findModel(instance: ComponentInternalInstance | null, type: string): Fields | null {
  for (const proxy of parentsOf(instance)) {
    for (const prop of ['resource', 'value'] as const) {
      const model = at(proxy, '$props', prop);

      if (isFields(model) && model.type === type) {
        return model;
      }
    }
  }

  return null;
}

/** True once a form has read what it needs (the shell's fetch mixin says so); forms without that mixin are always ready. */
export function isFetched(form: Fields): boolean {
  return at(form, '$fetchState', 'pending') !== true;
}
