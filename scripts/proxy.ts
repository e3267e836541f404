import type { ProxyOptions } from 'vite';
import { rewriteCookie } from './start-options';

/** Addresses that belong to Harvester: Steve, Norman, Kubernetes and Rancher's proxy to clusters. */
const PREFIXES = ['/v1', '/v3', '/v3-public', '/v1-public', '/k8s', '/apis', '/api', '/version', '/rancherversion'];

/** The development server's proxy to a real Harvester, WebSockets included. */
export function proxyTo(api: string, isInsecure: boolean): Record<string, ProxyOptions> {
  const options: ProxyOptions = {
    target: api,
    changeOrigin: true,
    ws: true,
    secure: !isInsecure,
    // Uploads of images take as long as they take.
    proxyTimeout: 0,
    timeout: 0,
    configure: (proxy) => {
      proxy.on('proxyReq', (request) => {
        if (request.getHeader('origin')) {
          request.setHeader('origin', api);
        }
        request.removeHeader('referer');
      });
      proxy.on('proxyReqWs', (request) => { request.setHeader('origin', api); });
      proxy.on('proxyRes', (response) => {
        const cookies = response.headers['set-cookie'];

        if (cookies) {
          response.headers['set-cookie'] = cookies.map(rewriteCookie);
        }
        // A redirect to the server itself must stay behind the proxy.
        const { location } = response.headers;

        if (location?.startsWith(api)) {
          response.headers.location = location.slice(api.length) || '/';
        }
      });
    }
  };

  return Object.fromEntries(PREFIXES.map((prefix) => [`^${ prefix }(/|$|\\?)`, options]));
}
