import { inject } from 'vue';
import { APP_SERVICES } from './app-services';
import type { AppServices } from './app-services';

/** The shell's services. Call in `setup`, below `main.ts`. */
export function useApp(): AppServices {
  const services = inject(APP_SERVICES);

  if (!services) {
    throw new Error('The app provides its services at the root.');
  }

  return services;
}
