import type { InjectionKey } from 'vue';
import type { HostServices } from '../types';

/** The host's services, for the few components that talk to Harvester's forms. */
export const SERVICES: InjectionKey<HostServices> = Symbol('lhv2-host-services');
