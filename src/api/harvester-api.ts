import type { AxiosRequestConfig } from 'axios';
import type { Kind } from '@/domain/kube/kinds';
import type { RawObject } from '@/domain/kube/types';
import type { HarvesterApi, HttpClient, ListPage } from './contract';
import { ApiError, toApiError } from './error';
import { withRetry } from './retry';
import { createSchemaRegistry } from './schemas';
import type { Schema } from './schemas';

export interface HarvesterApiOptions {
  /** Attempts after the first, for reads and deletes. Default 3. */
  readonly retries?: number;
  /** First pause between attempts, milliseconds. Default 300. */
  readonly firstPause?: number;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const path = (id: string): string => id.split('/').map(encodeURIComponent).join('/');

function objectOf(data: unknown): RawObject {
  if (!isRecord(data)) {
    throw new ApiError({ status: 0, code: 'UnexpectedAnswer', message: 'The server answered with something that is not an object', raw: String(data), isAbort: false });
  }

  return data;
}

/** The token of the next page: Steve says it at the top of a chunked list, and again inside `pagination.next`. */
function nextToken(collection: Record<string, unknown>): string | null {
  if (typeof collection.continue === 'string' && collection.continue) {
    return collection.continue;
  }
  const pagination = isRecord(collection.pagination) ? collection.pagination : {};
  const next = typeof pagination.next === 'string' ? pagination.next : '';

  return next ? new URL(next, 'http://relative').searchParams.get('continue') : null;
}

function pageOf(data: unknown): ListPage {
  if (!isRecord(data) || (data.data !== undefined && data.data !== null && !Array.isArray(data.data))) {
    throw new ApiError({ status: 0, code: 'UnexpectedAnswer', message: 'The server answered with something that is not a list', raw: String(data).slice(0, 200), isAbort: false });
  }
  const items: unknown[] = Array.isArray(data.data) ? data.data : [];

  return { items: items.filter(isRecord), revision: typeof data.revision === 'string' ? data.revision : '', next: nextToken(data) };
}

function countsOf(data: unknown): Record<string, number> {
  const first: unknown = isRecord(data) && Array.isArray(data.data) ? data.data[0] : undefined;
  const counts = isRecord(first) && isRecord(first.counts) ? first.counts : {};
  const result: Record<string, number> = {};

  for (const [id, entry] of Object.entries(counts)) {
    const summary = isRecord(entry) && isRecord(entry.summary) ? entry.summary : {};

    if (typeof summary.count === 'number') {
      result[id] = summary.count;
    }
  }

  return result;
}

/**
 * A Harvester cluster behind Steve's URLs (`reference/harvester.md` 7). The HTTP client brings cookies and the CSRF
 * header; this adds paths, errors in one shape, and retries of calls that may be repeated.
 */
export function createHarvesterApi(http: HttpClient, base: string, options: HarvesterApiOptions = {}): HarvesterApi {
  const root = base.replace(/\/+$/, '');
  /** Raw Kubernetes paths hang where `/v1/harvester` hangs: at the origin, or below `/k8s/clusters/<id>`. */
  const kubeRoot = root.replace(/\/v1\/harvester$/, '');
  const retry = { retries: options.retries ?? 3, firstPause: options.firstPause ?? 300 };

  const send = async(config: AxiosRequestConfig): Promise<unknown> => {
    try {
      return (await http.request<unknown>(config)).data;
    } catch (error) {
      throw toApiError(error);
    }
  };
  const read = (config: AxiosRequestConfig, signal?: AbortSignal): Promise<unknown> => withRetry(
    () => send(signal ? { ...config, method: 'GET', signal } : { ...config, method: 'GET' }),
    signal ? { ...retry, signal } : retry
  );
  const schemas = createSchemaRegistry(() => read({ url: `${ root }/schemas` }));

  const schemaOf = async(kind: Kind): Promise<Schema> => {
    const schema = await schemas.find(kind);

    if (!schema) {
      throw new ApiError({ status: 404, code: 'NotFound', message: `${ kind }: the server has no such kind, or you may not see it`, raw: '', isAbort: false });
    }

    return schema;
  };
  const urlOf = async(kind: Kind, id = ''): Promise<string> => `${ root }/${ (await schemaOf(kind)).plural }${ id ? `/${ path(id) }` : '' }`;

  const rawUrlOf = async(kind: Kind, id: string): Promise<string> => {
    const { group, version, resource, isNamespaced } = await schemaOf(kind);
    const [first = '', second = ''] = id.split('/');
    const api = group ? `apis/${ group }/${ version }` : `api/${ version }`;
    const place = isNamespaced ? `namespaces/${ encodeURIComponent(first) }/${ resource }/${ encodeURIComponent(second) }` : `${ resource }/${ encodeURIComponent(first) }`;

    return `${ kubeRoot }/${ api }/${ place }`;
  };

  return {
    base: root,
    access: (kind) => schemas.access(kind),
    forgetAccess: () => { schemas.forget(); },

    async list(kind, { limit, next, labelSelector, namespace, signal } = {}) {
      const params: Record<string, string | number> = { exclude: 'metadata.managedFields' };

      if (limit) {
        params.limit = limit;
      }
      if (next) {
        params.continue = next;
      }
      if (labelSelector) {
        params.labelSelector = labelSelector;
      }

      return pageOf(await read({ url: await urlOf(kind, namespace ?? ''), params }, signal));
    },

    async get(kind, id, signal) {
      return objectOf(await read({ url: await urlOf(kind, id), params: { exclude: 'metadata.managedFields' } }, signal));
    },

    async create(kind, body, { dryRun = false } = {}) {
      const metadata = isRecord(body.metadata) ? body.metadata : {};
      const namespace = typeof metadata.namespace === 'string' ? metadata.namespace : '';

      return objectOf(await send({ method: 'POST', url: await urlOf(kind, namespace), data: body, ...(dryRun ? { params: { dryRun: 'All' } } : {}) }));
    },

    async update(kind, id, body) {
      return objectOf(await send({ method: 'PUT', url: await urlOf(kind, id), data: body }));
    },

    async patch(kind, id, operations) {
      return objectOf(await send({ method: 'PATCH', url: await rawUrlOf(kind, id), data: JSON.stringify(operations), headers: { 'Content-Type': 'application/json-patch+json' } }));
    },

    async remove(kind, id, query = {}) {
      const params = new URLSearchParams();

      for (const [key, value] of Object.entries(query)) {
        for (const each of typeof value === 'string' ? [value] : value) {
          params.append(key, each);
        }
      }
      const url = await urlOf(kind, id);

      await withRetry(async(attempt) => {
        try {
          await send({ method: 'DELETE', url, params });
        } catch (error) {
          // The first attempt got through and only its answer was lost.
          if (!(attempt > 0 && toApiError(error).status === 404)) {
            throw error;
          }
        }
      }, retry);
    },

    async action(kind, id, name, body = {}) {
      const answer = await send({ method: 'POST', url: await urlOf(kind, id), params: { action: name }, data: body });

      return answer === '' || answer === undefined ? null : answer;
    },

    async counts() {
      return countsOf(await read({ url: `${ root }/counts` }));
    },

    async uploadImage(id, file, { fileName, onProgress, signal }) {
      const form = new FormData();

      form.append('file', file, fileName);
      await send({
        method: 'POST',
        url: await urlOf('harvesterhci.io.virtualmachineimage', id),
        params: { action: 'upload', size: file.size },
        data: form,
        headers: { 'File-Size': String(file.size) },
        timeout: 0,
        maxBodyLength: Infinity,
        ...(signal ? { signal } : {}),
        ...(onProgress ? { onUploadProgress: (event: { loaded: number }) => { onProgress({ sent: Math.min(event.loaded, file.size), total: file.size }); } } : {})
      });
    }
  };
}
