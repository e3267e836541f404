import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** Harvester's API answers here to everybody: with its root, or with 401 to whom it does not know. */
const API_ROOT = '/v1/harvester';
const PATIENCE = 5000;
const PAUSE = 5000;

/** Codes of OpenSSL and Node for a certificate that is not trusted, as told by what is wrong with it. */
const CERTIFICATE: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'comes from an authority that this machine does not know',
  UNABLE_TO_GET_ISSUER_CERT: 'comes from an authority that this machine does not know',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'comes from an authority that this machine does not know',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'comes from an authority that this machine does not know',
  CERT_HAS_EXPIRED: 'has expired',
  CERT_NOT_YET_VALID: 'is not valid yet: look at the clocks',
  ERR_TLS_CERT_ALTNAME_INVALID: 'is for another name'
};

/** What a failed connection means to whoever started the app, and what to do. `code` is that of Node or OpenSSL. */
export function explainError(api: URL, code: string, message = ''): string {
  const certificate = CERTIFICATE[code];

  if (certificate !== undefined) {
    return `its certificate ${ certificate } (${ code }). If you trust the network between here and there: API=${ api.origin } API_INSECURE=1 npm start`;
  }
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `no name server knows ${ api.hostname } (${ code }). Look for a typing error, or for a VPN that is off.`;
    case 'ECONNREFUSED':
      return `nothing listens at ${ api.host } (${ code }). Look at the port, and whether Harvester is running.`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `there is no way from here to ${ api.hostname } (${ code }). Look at the network or the VPN.`;
    case 'ETIMEDOUT':
      return `no answer within ${ PATIENCE / 1000 } seconds. Look at the address, the network and firewalls.`;
    default:
      return `the connection broke (${ code || message }). Perhaps it speaks ${ api.protocol === 'https:' ? 'http' : 'https' } there: API=${ api.protocol === 'https:' ? 'http' : 'https' }://${ api.host } npm start`;
  }
}

function explainStatus(status: number): string | null {
  if (status === 404) {
    return `it answers, but has no Harvester API (404 for ${ API_ROOT }). Give Harvester's own address, not that of a Rancher that manages it.`;
  }
  if (status >= 500) {
    return `it answers ${ status }: Harvester's API is not running, or is just starting.`;
  }
  if (status >= 300 && status < 400) {
    return `it sends requests for ${ API_ROOT } elsewhere (${ status }). Give the address that it leads to.`;
  }

  // 401 and 403 come from an API that wants somebody to sign in.
  return null;
}

/**
 * Why the app will not get to a Harvester at this origin, and what to do about it, in words for the person at the
 * terminal; null when its API answers, if only to ask for a sign-in. Waits five seconds at most, and never rejects.
 */
export function findObstacle(api: string, isInsecure: boolean): Promise<string | null> {
  const url = new URL(API_ROOT, api);
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;

  return new Promise((resolve) => {
    const request = send(url, { method: 'GET', headers: { accept: 'application/json' }, agent: false, ...(isInsecure ? { rejectUnauthorized: false } : {}) }, (response) => {
      response.destroy();
      resolve(explainStatus(response.statusCode ?? 0));
    });
    // Until the headers are there: a name that resolves slowly counts as much as a server that says nothing.
    const timer = setTimeout(() => { request.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })); }, PATIENCE);

    request.on('error', (error: NodeJS.ErrnoException) => { resolve(explainError(url, error.code ?? '', error.message)); });
    request.on('close', () => { clearTimeout(timer); });
    request.end();
  });
}

/** What a terminal is told while waiting for a Harvester. */
export interface Reports {
  /** Something is in the way; said again only when it is something else. */
  onObstacle(words: string): void;
  onReached(): void;
}

/** Tries until a Harvester answers. The returned function gives up; nothing is reported after it. */
export function awaitHarvester(api: string, isInsecure: boolean, reports: Reports, pause = PAUSE): () => void {
  let isStopped = false;
  let last: string | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const attempt = async(): Promise<void> => {
    const obstacle = await findObstacle(api, isInsecure);

    if (isStopped) {
      return;
    }
    if (obstacle === null) {
      reports.onReached();

      return;
    }
    if (obstacle !== last) {
      last = obstacle;
      reports.onObstacle(obstacle);
    }
    timer = setTimeout(() => { void attempt(); }, pause);
  };

  void attempt();

  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}
