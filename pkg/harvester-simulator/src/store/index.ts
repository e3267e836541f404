export { createStore, type StoreOptions } from './store';
export { RESOURCE_TYPES, apiVersionOf, resourceName } from './types';
export { equalityPairs, parseFieldSelector, parseLabelSelector, type Selector } from './selectors';
export { clone, freeze, isSame } from './json';
