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

/** The same for a whole add-on, closed where Kubernetes would silently drop what it does not know. */
export const ADDON_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['apiVersion', 'kind', 'metadata', 'spec'],
  properties: {
    apiVersion: { const: 'harvesterhci.io/v1beta1' },
    kind: { const: 'Addon' },
    metadata: {
      type: 'object',
      additionalProperties: false,
      required: ['name', 'namespace'],
      properties: {
        name: { type: 'string', maxLength: 253, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' },
        namespace: { type: 'string', maxLength: 63, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' },
        labels: { type: 'object', additionalProperties: { type: 'string', maxLength: 63, pattern: '^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$' } }
      }
    },
    spec: { ...ADDON_SPEC, additionalProperties: false }
  }
} as const;
