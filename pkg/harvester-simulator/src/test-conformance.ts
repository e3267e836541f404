import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { afterEach, expect } from 'vitest';
import type { Cluster, Controller, KubeObject } from './contract';

/** Test support: holds every object that a cluster writes to the schema its own version publishes. */

type Schema = Record<string, unknown>;

/** Folder of the published schemas; `SCHEMAS_DIR` names another, seen from the root of the repository. */
const ROOT = resolve(import.meta.dirname, '../../..');
const FOLDER = resolve(ROOT, process.env.SCHEMAS_DIR ?? '../shared/schemas');

/** API group -> where its kinds are found. Kinds of other groups have no published schema here. */
const SOURCES: Record<string, (longhorn: string) => string> = {
  'longhorn.io': (longhorn) => `longhorn-${longhorn.replace(/^v/, '')}.json`,
  'harvesterhci.io': () => 'harvester-1.9.json',
  'kubevirt.io': () => 'kubevirt.json',
  'cdi.kubevirt.io': () => 'cdi.json'
};

/** Whether the schemas are at hand; without them nothing is held to them. */
export function hasSchemas(longhorn = 'v1.12.1'): boolean {
  return Object.values(SOURCES).every((fileOf) => existsSync(join(FOLDER, fileOf(longhorn))));
}

/** Names of properties stay as they are, whatever they are called; everything else is schema all the way down. */
function closeAll(properties: Schema): Schema {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, close(schema)]));
}

/** Makes unknown fields failures wherever a schema lists its fields: Kubernetes would prune them without a word. */
function close(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(close);
  if (typeof schema !== 'object' || schema === null) return schema;
  const given = schema as Schema;
  const closed: Schema = {};
  for (const [key, value] of Object.entries(given)) {
    if (key === 'properties' || key === 'definitions') closed[key] = closeAll(value as Schema);
    else if (['items', 'additionalProperties', 'anyOf', 'allOf', 'oneOf', 'not'].includes(key)) closed[key] = close(value);
    else if (key !== 'format' && key !== 'nullable' && !key.startsWith('x-')) closed[key] = value;
  }
  const isOpen = given['x-kubernetes-preserve-unknown-fields'] === true || given.additionalProperties !== undefined;
  if (given.properties !== undefined && !isOpen) closed.additionalProperties = false;
  if (given.nullable === true && typeof given.type === 'string') closed.type = [given.type, 'null'];
  return closed;
}

/** The API server checks `metadata` by itself. */
function withOpenMetadata(schema: Schema): Schema {
  return { ...schema, properties: { ...(schema.properties as Schema), metadata: { type: 'object' } } };
}

interface Source {
  has(kind: string): boolean;
  compile(kind: string): ValidateFunction;
}

function openSource(file: string): Source {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  const content = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Schema;
  if (Array.isArray(content.roots)) {
    const roots = content.roots as string[];
    const rootOf = (kind: string): string | undefined => roots.find((root) => root.split('.').at(-1) === kind);
    ajv.addSchema({ $id: 'all', definitions: closeAll(content.definitions as Schema) });
    return { has: (kind) => rootOf(kind) !== undefined, compile: (kind) => ajv.compile({ $ref: `all#/definitions/${String(rootOf(kind))}` }) };
  }
  const kinds = content as Record<string, { schema: Schema }>;
  return { has: (kind) => kinds[kind] !== undefined, compile: (kind) => ajv.compile(close(withOpenMetadata(kinds[kind]?.schema ?? {})) as Schema) };
}

const sources = new Map<string, Source>();
/** `<file> <kind>` -> its check; `null`: the kind has no schema. Compiled when the first object of a kind appears. */
const validators = new Map<string, ValidateFunction | null>();

function validatorOf(longhorn: string, object: KubeObject): ValidateFunction | null {
  const group = object.apiVersion.includes('/') ? object.apiVersion.slice(0, object.apiVersion.indexOf('/')) : '';
  const file = SOURCES[group]?.(longhorn);
  if (file === undefined) return null;
  const id = `${file} ${object.kind}`;
  const known = validators.get(id);
  if (known !== undefined) return known;
  const source = sources.get(file) ?? openSource(file);
  sources.set(file, source);
  const made = source.has(object.kind) ? source.compile(object.kind) : null;
  validators.set(id, made);
  return made;
}

/**
 * What is wrong with an object by the schema of its kind in a Longhorn version (`v1.12.1`) and in the Harvester around
 * it; empty when nothing is, or when its kind has no published schema.
 */
export function schemaProblems(longhorn: string, object: KubeObject): string[] {
  const validate = validatorOf(longhorn, object);
  const isValid: boolean = validate === null || validate(object as unknown);
  if (isValid) return [];
  return (validate?.errors ?? []).map(({ instancePath, message, params }) => `${object.kind} ${object.metadata.name} ${instancePath} ${message ?? ''} ${JSON.stringify(params)}`);
}

export interface Conformance {
  /** Attaches to a cluster as a controller: the first, so that it sees what the others write. */
  readonly controller: Controller;
  /** Objects checked, by kind. */
  readonly checked: ReadonlyMap<string, number>;
  /** Problems since the last call, one per kind, field and reason. */
  take(): string[];
}

/** Watches clusters from their first write; finds nothing where the schemas are absent. */
export function createConformance(): Conformance {
  const problems = new Map<string, string>();
  const checked = new Map<string, number>();
  const check = (longhorn: string, object: KubeObject): void => {
    if (validatorOf(longhorn, object) === null) return;
    checked.set(object.kind, (checked.get(object.kind) ?? 0) + 1);
    for (const problem of schemaProblems(longhorn, object)) problems.set(problem.replace(` ${object.metadata.name} `, ' * '), problem);
  };
  const start = ({ store, profile: { longhorn } }: Cluster): (() => void) => {
    if (!hasSchemas(longhorn)) return () => undefined;
    for (const { id } of store.types) for (const object of store.list(id)) check(longhorn, object);
    return store.watch(({ type, object }) => {
      // What goes was checked when it was written.
      if (type !== 'remove') check(longhorn, object);
    });
  };
  const take = (): string[] => {
    const found = [...problems.values()];
    problems.clear();
    return found;
  };
  return { controller: { name: 'schema-conformance', start }, checked, take };
}

const everyTest = createConformance();

/**
 * A controller for the clusters of a test file, started before all others: a test in which an object breaks its schema
 * fails.
 */
export const conformance: Controller = everyTest.controller;

afterEach(() => {
  const found = everyTest.take();
  expect(found.slice(0, 20).join('\n'), 'objects against their schemas').toBe('');
});
