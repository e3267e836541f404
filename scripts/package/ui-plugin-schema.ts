import { objectSchema } from './object-schema';

/**
 * What the API server asks of a UIPlugin (`uiplugins.catalog.cattle.io`, version v1, as Rancher 2.11 and later install
 * it). Kubernetes itself asks for name and namespace; that name, version and an endpoint are there is what the dashboard asks (`@rancher/shell` config/uiplugins).
 */
export const UI_PLUGIN_SCHEMA = objectSchema('catalog.cattle.io/v1', 'UIPlugin', { const: 'cattle-ui-plugin-system' }, {
  type: 'object',
  additionalProperties: false,
  required: ['plugin'],
  properties: {
    plugin: {
      type: 'object',
      additionalProperties: false,
      required: ['name', 'version', 'endpoint'],
      properties: {
        name: { type: 'string', minLength: 1 },
        version: { type: 'string', minLength: 1 },
        endpoint: { type: 'string', minLength: 1 },
        compressedEndpoint: { type: 'string' },
        noCache: { type: 'boolean' },
        noAuth: { type: 'boolean' },
        metadata: { type: 'object', additionalProperties: { type: 'string' } }
      }
    }
  }
});
