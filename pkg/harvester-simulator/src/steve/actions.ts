import type { IncomingMessage, ServerResponse } from 'node:http';
import { ActionError, StoreError, type ActionResult, type ResourceType } from '../contract';
import { sendEmpty, sendJson, sendText } from '../http/answer';
import { isRecord, readData } from '../http/body';
import { HttpError } from '../http/errors';
import { resourceName } from '../store';
import { keyOf, type View } from './surface';

/** These answer 500 whatever went wrong, in these words. */
const ALWAYS_500 = new Set(['start', 'stop', 'restart', 'pause', 'unpause', 'softreboot']);

function missing(type: ResourceType, action: string, id: string, name: string): ActionError {
  const text = `${resourceName(type)} "${name}" not found`;
  if (type.id === 'kubevirt.io.virtualmachine' && ALWAYS_500.has(action)) return new ActionError(500, `${action} virtual machine ${id} failed, ${text}`);
  return new ActionError(404, text);
}

/** `POST …?action=<name>`: success is JSON or nothing, failure is plain text. */
export async function runAction(view: View, type: ResourceType, namespace: string | undefined, name: string, action: string, req: IncomingMessage, res: ServerResponse, url: URL): Promise<void> {
  const isOfType = (handler: { typeId: string; action: string }): boolean => handler.typeId === type.id && handler.action === action;
  const stream = view.handlers.streams.find(isOfType);
  const handler = view.handlers.actions.find(isOfType);
  if (stream === undefined && handler === undefined) throw new HttpError(403, 'PermissionDenied', `no such action ${action}`);
  if (!view.access.can('update', type, namespace)) throw new HttpError(403, 'PermissionDenied', `can not ${action} ${type.id}`);
  const id = keyOf(type, namespace, name);
  try {
    const object = view.cluster.store.get(type.id, id);
    if (object === undefined) throw missing(type, action, id, name);
    let result: ActionResult;
    if (stream !== undefined) result = await stream.run(view.cluster, object, req, url, view.access.user);
    else {
      const body = await readData(req);
      result = await handler?.run(view.cluster, object, isRecord(body) ? body : {}, view.access.user) ?? { status: 204 };
    }
    if (result.body === undefined) sendEmpty(res, result.status);
    else sendJson(res, result.status, result.body);
  } catch (error) {
    if (error instanceof ActionError || error instanceof StoreError) sendText(res, error.status, error.message);
    else throw error;
  } finally {
    // What the handler left unread would block the connection's next request.
    if (!req.readableEnded) req.resume();
  }
}
