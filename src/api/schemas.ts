import type { Kind } from '@/domain/kube/kinds';
import type { KindAccess } from './contract';

/** Where a kind lives, and what this user may do with its collection. */
export interface Schema {
  readonly plural: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly isNamespaced: boolean;
  readonly canList: boolean;
  readonly canCreate: boolean;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const listed = (value: unknown, word: string): boolean => Array.isArray(value) && value.includes(word);

/** Steve derives methods from the user's rights: no list right, no `GET`; a blocked method reads `blocked-GET`. */
export function parseSchemas(collection: unknown): Map<string, Schema> {
  const schemas = new Map<string, Schema>();
  const data = isRecord(collection) && Array.isArray(collection.data) ? collection.data : [];

  for (const entry of data) {
    if (!isRecord(entry) || !text(entry.id)) {
      continue;
    }
    const attributes = isRecord(entry.attributes) ? entry.attributes : {};

    schemas.set(text(entry.id), {
      plural: text(entry.pluralName) || text(entry.id),
      group: text(attributes.group),
      version: text(attributes.version) || 'v1',
      resource: text(attributes.resource),
      isNamespaced: attributes.namespaced === true,
      canList: listed(entry.collectionMethods, 'GET'),
      canCreate: listed(entry.collectionMethods, 'POST')
    });
  }

  return schemas;
}

export interface SchemaRegistry {
  find(kind: Kind): Promise<Schema | undefined>;
  access(kind: Kind): Promise<KindAccess>;
  forget(): void;
}

/** Reads the schemas once per session; a failed read is not remembered. */
export function createSchemaRegistry(load: () => Promise<unknown>): SchemaRegistry {
  let pending: Promise<Map<string, Schema>> | null = null;

  const schemas = (): Promise<Map<string, Schema>> => {
    if (!pending) {
      const attempt = load().then(parseSchemas);

      pending = attempt;
      attempt.catch(() => {
        if (pending === attempt) {
          pending = null;
        }
      });
    }

    return pending;
  };
  const find = async(kind: Kind): Promise<Schema | undefined> => (await schemas()).get(kind);

  return {
    find,
    async access(kind) {
      const schema = await find(kind);

      return { exists: schema !== undefined, canList: schema?.canList ?? false, canCreate: schema?.canCreate ?? false };
    },
    forget() {
      pending = null;
    }
  };
}
