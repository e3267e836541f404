/**
 * What the API server asks of a UIPlugin (`uiplugins.catalog.cattle.io`, version v1, as Rancher 2.11 and later install
 * it), closed where Kubernetes would silently drop what it does not know. Kubernetes itself asks for name and namespace;
 * that name, version and an endpoint are there is what the dashboard asks (`@rancher/shell` config/uiplugins).
 */
export const UI_PLUGIN_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['apiVersion', 'kind', 'metadata', 'spec'],
  properties: {
    apiVersion: { const: 'catalog.cattle.io/v1' },
    kind: { const: 'UIPlugin' },
    metadata: {
      type: 'object',
      additionalProperties: false,
      required: ['name', 'namespace'],
      properties: {
        name: { type: 'string', maxLength: 253, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' },
        namespace: { const: 'cattle-ui-plugin-system' },
        labels: { type: 'object', additionalProperties: { type: 'string', maxLength: 63, pattern: '^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$' } }
      }
    },
    spec: {
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
    }
  }
} as const;
