import { ANY_NAMESPACE, objectSchema } from './object-schema';

/** What the API server of Harvester 1.9 asks of an add-on's `spec` (`addons.harvesterhci.io`, version v1beta1). */
export const ADDON_SPEC = {
  type: 'object',
  required: ['chart', 'enabled', 'repo', 'valuesContent', 'version'],
  properties: {
    chart: { type: 'string' },
    enabled: { type: 'boolean' },
    repo: { type: 'string' },
    valuesContent: { type: 'string' },
    version: { type: 'string' }
  }
} as const;

/** The same for a whole add-on. */
export const ADDON_SCHEMA = objectSchema('harvesterhci.io/v1beta1', 'Addon', ANY_NAMESPACE, { ...ADDON_SPEC, additionalProperties: false });
