import { createPinia } from 'pinia';

/** The app's own instance, handed to each store by name: nothing relies on one being installed. */
export const pinia = createPinia();
