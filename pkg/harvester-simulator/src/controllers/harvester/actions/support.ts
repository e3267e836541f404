import { ActionError, type ActionHandler, type ActionResult, type Cluster, type Fields, type KubeObject } from '../../../contract';

/** An action without a body in its answer. */
export const NO_CONTENT: ActionResult = { status: 204 };

export type Run = (cluster: Cluster, object: KubeObject, body: Fields) => ActionResult | undefined;

/** Declares one action; a `run` that returns nothing answers 204. */
export function action(typeId: string, name: string, isOffered: ActionHandler['isOffered'], run: Run): ActionHandler {
  return { typeId, action: name, isOffered, run: (cluster, object, body) => run(cluster, object, body ?? {}) ?? NO_CONTENT };
}

/** The text of a body field, or a 422 in the handler's words. */
export function required(body: Fields, field: string, message: string): string {
  const value: unknown = body[field];
  if (typeof value !== 'string' || value === '') throw new ActionError(422, message);
  return value;
}

/** Throws what Go's handlers return for a plain error: 500 and its text. */
export function refuse(message: string, status = 500): never {
  throw new ActionError(status, message);
}

export function always(): boolean {
  return true;
}
