import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';
import type { KubeObject } from '../../contract';

/** Test support: published CRD schemas, one file per Longhorn version; a field they do not have is an error. */

const ROOT = fileURLToPath(new URL('../../../../../', import.meta.url));
export const SCHEMAS_DIR = resolve(ROOT, process.env.SCHEMAS_DIR ?? '../shared/schemas');

type Schema = Record<string, unknown>;

function fileOf(longhorn: string): string {
  return resolve(SCHEMAS_DIR, `longhorn-${longhorn.replace(/^v/, '')}.json`);
}

export function hasSchemas(longhorn: string): boolean {
  return existsSync(fileOf(longhorn));
}

/** Objects with listed properties take no others; `metadata` stays open, as the API server checks it by itself. */
function closed(schema: unknown, name = ''): unknown {
  if (Array.isArray(schema)) return schema.map((item) => closed(item));
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy: Schema = Object.fromEntries(Object.entries(schema).filter(([field]) => field !== 'format' && !field.startsWith('x-')).map(([field, value]) => [field, field === 'properties' ? Object.fromEntries(Object.entries(value as Schema).map(([key, part]) => [key, closed(part, key)])) : closed(value)]));
  if (copy.properties !== undefined && copy.additionalProperties === undefined && name !== 'metadata' && (schema as Schema)['x-kubernetes-preserve-unknown-fields'] !== true) copy.additionalProperties = false;
  return copy;
}

type Checker = (object: KubeObject) => string;
const checkers = new Map<string, Checker>();

/** Answers with what is wrong with an object of the `longhorn.io` group; '' when nothing is. */
export function schemaChecker(longhorn: string): Checker {
  const known = checkers.get(longhorn) ?? compile(longhorn);
  checkers.set(longhorn, known);
  return known;
}

function compile(longhorn: string): Checker {
  const kinds = JSON.parse(readFileSync(fileOf(longhorn), 'utf8')) as Record<string, { schema: Schema }>;
  const ajv = new Ajv({ strict: false, allErrors: true });
  const validators = new Map<string, ValidateFunction>(Object.entries(kinds).map(([kind, { schema }]) => [kind, ajv.compile(closed(schema) as Schema)]));
  return (object) => {
    const validate = validators.get(object.kind);
    if (validate === undefined) return `${object.kind} does not exist in Longhorn ${longhorn}`;
    const isValid: boolean = validate(object as unknown);
    if (isValid) return '';
    const problems = (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''} ${JSON.stringify(error.params)}`);
    return `${object.kind} ${object.metadata.name}: ${problems.join('; ')}`;
  };
}
