import axios from 'axios';
import type { AxiosInstance } from 'axios';
import type { HttpClient } from '@/api/contract';

export interface HttpEvents {
  /** The server answered 401: the session is over. */
  readonly onUnauthorized: () => void;
  /** Epoch milliseconds of a `Date` header. */
  readonly onServerTime: (at: number) => void;
  /** An answer came from the embedded cluster, which says so by its `Server` header. */
  readonly onSimulator: () => void;
}

/** Session by cookie; the CSRF header as Rancher's own dashboard sends it. Addresses are relative to the page's origin. */
export function createHttp(events: HttpEvents): AxiosInstance & HttpClient {
  const http = axios.create({ withCredentials: true, xsrfCookieName: 'CSRF', xsrfHeaderName: 'x-api-csrf', headers: { Accept: 'application/json' } });

  http.interceptors.response.use((response) => {
    const at = Date.parse(String(response.headers.date ?? ''));

    if (!Number.isNaN(at)) {
      events.onServerTime(at);
    }

    if (response.headers.server === 'harvester-simulator') {
      events.onSimulator();
    }

    return response;
  }, (error: unknown) => {
    if (axios.isAxiosError(error) && error.response?.status === 401 && !error.config?.url?.includes('action=login')) {
      events.onUnauthorized();
    }

    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  });

  return http;
}

/**
 * Where Harvester's API is, seen from the page: below the same cluster prefix when the app is served through Rancher's
 * proxy to a cluster, else at the root of the origin.
 */
export function apiBase(pathname: string): { readonly clusterId: string; readonly base: string } {
  const clusterId = /^\/k8s\/clusters\/([^/]+)\//.exec(pathname)?.[1] ?? 'local';

  return { clusterId, base: clusterId === 'local' ? '/v1/harvester' : `/k8s/clusters/${ clusterId }/v1/harvester` };
}
