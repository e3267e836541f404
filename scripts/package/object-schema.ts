const NAME = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';

/** A namespace by its form, where an object may be put into any. */
export const ANY_NAMESPACE = { type: 'string', maxLength: 63, pattern: NAME } as const;

/** A whole Kubernetes object as a JSON schema, closed where Kubernetes would silently drop what it does not know. */
export function objectSchema<N extends object, S extends object>(apiVersion: string, kind: string, namespace: N, spec: S) {
  return {
    type: 'object',
    additionalProperties: false,
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    properties: {
      apiVersion: { const: apiVersion },
      kind: { const: kind },
      metadata: {
        type: 'object',
        additionalProperties: false,
        required: ['name', 'namespace'],
        properties: {
          name: { type: 'string', maxLength: 253, pattern: NAME },
          namespace,
          labels: { type: 'object', additionalProperties: { type: 'string', maxLength: 63, pattern: '^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$' } }
        }
      },
      spec
    }
  } as const;
}
