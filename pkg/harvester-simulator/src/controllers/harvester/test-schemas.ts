import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import type { Fields, KubeObject } from '../../contract';

/** Where the published schemas of the custom resources are; set `SCHEMAS_DIR` to look elsewhere. */
const FOLDER = process.env.SCHEMAS_DIR ?? resolve(import.meta.dirname, '../../../../../../shared/schemas');

export function hasSchemas(): boolean {
  return existsSync(join(FOLDER, 'kubevirt.json'));
}

/** Makes unknown fields failures wherever a schema lists its fields; Kubernetes would prune them silently. */
function close(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(close);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { nullable, ...fields } = schema as Fields;
  const closed: Fields = Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, key === 'enum' || key === 'default' ? value : close(value)]));
  const isOpen = fields['x-kubernetes-preserve-unknown-fields'] === true || fields.additionalProperties !== undefined;
  if (typeof fields.properties === 'object' && !isOpen) closed.additionalProperties = false;
  if (nullable === true && typeof fields.type === 'string') closed.type = [fields.type, 'null'];
  return closed;
}

interface CustomResource {
  schema: { properties: Record<string, unknown> };
}

/** Compiles validators by kind from the schema files of one Longhorn version and Harvester, KubeVirt, CDI. */
export function loadValidators(longhorn: string): Map<string, ValidateFunction> {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  const validators = new Map<string, ValidateFunction>();
  const read = (file: string): Fields => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Fields;
  for (const file of ['harvester-1.9.json', `longhorn-${longhorn.replace(/^v/, '')}.json`]) {
    for (const [kind, { schema }] of Object.entries(read(file) as Record<string, CustomResource>)) {
      const closed = close({ ...schema, properties: { ...schema.properties, metadata: { type: 'object', additionalProperties: true } } }) as Fields;
      const group = file.startsWith('longhorn') ? 'longhorn.io' : 'harvesterhci.io';
      validators.set(`${group}/${kind}`, ajv.compile(closed));
    }
  }
  for (const [file, group] of [['kubevirt.json', 'kubevirt.io'], ['cdi.json', 'cdi.kubevirt.io']] as const) {
    const { roots, definitions } = read(file) as { roots: string[]; definitions: Fields };
    const closed = close(definitions) as Fields;
    for (const root of roots) validators.set(`${group}/${root.split('.')[1] ?? root}`, ajv.compile({ $ref: `#/definitions/${root}`, definitions: closed }));
  }
  return validators;
}

/** What is wrong with an object by its schema; empty when nothing is, or when there is no schema of its kind. */
export function violations(validators: Map<string, ValidateFunction>, object: KubeObject): string[] {
  const validate = validators.get(`${object.apiVersion.split('/')[0] ?? ''}/${object.kind}`);
  if (validate === undefined) return [];
  // Through JSON, as it leaves the server: undefined is absent.
  if (validate(JSON.parse(JSON.stringify(object)))) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) => `${object.kind} ${object.metadata.name} ${instancePath} ${message ?? ''} ${JSON.stringify(params)}`);
}
