import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendJson } from '../http/answer';
import { isRecord, readData } from '../http/body';
import { HttpError } from '../http/errors';
import { RANCHER_VERSION, USER_ID } from './management';

/** A browser user's settings in Rancher, which no Kubernetes object of the simulated cluster stands for. */
export class Preferences {
  /** Values as Rancher keeps them: texts, most of them JSON. */
  private data: Record<string, unknown> = { 'locale': 'en-us', 'read-whatsnew': JSON.stringify(RANCHER_VERSION), 'home-page-cards': '{}' };

  async handle(origin: string, base: string, req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      const body = await readData(req);
      if (isRecord(body) && isRecord(body['data'])) this.data = { ...this.data, ...body['data'] };
    }
    const self = `${origin}${base}/userpreferences/${USER_ID}`;
    const resource = { id: USER_ID, type: 'userpreference', links: { self, update: self }, data: this.data };
    if (req.method === 'GET' && !/\/userpreferences\/[^/]+/.test(req.url ?? '')) {
      sendJson(res, 200, { type: 'collection', resourceType: 'userpreference', links: { self: `${origin}${base}/userpreferences` }, actions: {}, count: 1, data: [resource] });
    } else {
      sendJson(res, 200, resource);
    }
  }
}

/** `POST /v1/ext.cattle.io.selfuser`: who am I. */
export function sendSelfUser(req: IncomingMessage, res: ServerResponse): void {
  req.resume();
  if (req.method !== 'POST') throw new HttpError(405, 'MethodNotAllowed', 'Method not supported');
  sendJson(res, 201, { id: USER_ID, type: 'ext.cattle.io.selfuser', apiVersion: 'ext.cattle.io/v1', kind: 'SelfUser', metadata: { name: '', state: { name: 'active', error: false, transitioning: false, message: '' } }, spec: {}, status: { userID: USER_ID } });
}
