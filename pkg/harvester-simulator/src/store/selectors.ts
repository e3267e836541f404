import type { KubeObject } from '../contract';
import { StoreError } from '../contract';

export type Selector = (object: KubeObject) => boolean;

const everything: Selector = () => true;

/** Splits at commas that are not inside parentheses. */
function clauses(text: string): string[] {
  return text.split(/,(?![^(]*\))/).map((clause) => clause.trim()).filter((clause) => clause !== '');
}

function unreadable(text: string): StoreError {
  return new StoreError(400, 'BadRequest', `unable to parse requirement: found '${text}', expected: a label selector`);
}

function labelClause(text: string): Selector {
  const set = /^([^\s!=(),]+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(text);
  if (set?.[1] !== undefined && set[3] !== undefined) {
    const key = set[1];
    const values = new Set(set[3].split(',').map((value) => value.trim()));
    const isIn = set[2] === 'in';
    return (object) => {
      const value = object.metadata.labels?.[key];
      return isIn ? value !== undefined && values.has(value) : value === undefined || !values.has(value);
    };
  }
  const equality = /^([^\s!=(),]+)\s*(!=|==|=)\s*([^\s!=(),]*)$/.exec(text);
  if (equality?.[1] !== undefined && equality[3] !== undefined) {
    const [, key, operator, value] = equality;
    return operator === '!=' ? (object) => object.metadata.labels?.[key] !== value : (object) => object.metadata.labels?.[key] === value;
  }
  const exists = /^(!?)\s*([^\s!=(),]+)$/.exec(text);
  if (exists?.[2] !== undefined) {
    const key = exists[2];
    return exists[1] === '!' ? (object) => object.metadata.labels?.[key] === undefined : (object) => object.metadata.labels?.[key] !== undefined;
  }
  throw unreadable(text);
}

/** A Kubernetes label selector (`a=b,c!=d,e in (x,y),f,!g`). Throws StoreError 400. */
export function parseLabelSelector(text: string): Selector {
  const tests = clauses(text).map(labelClause);
  return tests.length === 0 ? everything : (object) => tests.every((test) => test(object));
}

/** The pairs of a label selector made of equalities only, for the store's index; null otherwise. */
export function equalityPairs(text: string): Record<string, string> | null {
  const pairs: Record<string, string> = {};
  for (const clause of clauses(text)) {
    const match = /^([^\s!=(),]+)\s*==?\s*([^\s!=(),]*)$/.exec(clause);
    if (match?.[1] === undefined || match[2] === undefined) return null;
    pairs[match[1]] = match[2];
  }
  return Object.keys(pairs).length > 0 ? pairs : null;
}

function fieldValue(object: KubeObject, path: string): string {
  let value: unknown = object;
  for (const key of path.split('.')) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  }
  return value === undefined || value === null ? '' : String(value as string | number | boolean);
}

/** A Kubernetes field selector (`metadata.name=x,spec.nodeName!=y`) on any scalar field. Throws StoreError 400. */
export function parseFieldSelector(text: string): Selector {
  const tests = clauses(text).map((clause): Selector => {
    const match = /^([^!=]+?)\s*(!=|==|=)\s*(.*)$/.exec(clause);
    if (match?.[1] === undefined || match[3] === undefined) {
      throw new StoreError(400, 'BadRequest', `invalid selector: '${clause}'; can't understand '${clause}'`);
    }
    const [, path, operator, value] = match;
    return operator === '!=' ? (object) => fieldValue(object, path) !== value : (object) => fieldValue(object, path) === value;
  });
  return tests.length === 0 ? everything : (object) => tests.every((test) => test(object));
}
