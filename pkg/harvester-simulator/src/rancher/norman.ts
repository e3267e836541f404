import type { ServerResponse } from 'node:http';
import { sendJson } from '../http/answer';
import { PRINCIPAL_ID, USER_ID } from './management';

function collection(origin: string, type: string, data: readonly Record<string, unknown>[]): Record<string, unknown> {
  return { type: 'collection', resourceType: type, links: { self: `${origin}/v3/${type}s` }, createTypes: {}, actions: {}, pagination: { limit: 1000, total: data.length }, sort: { order: 'asc', reverse: '', links: {} }, filters: {}, data };
}

function user(origin: string): Record<string, unknown> {
  return { id: USER_ID, baseType: 'user', type: 'user', username: 'admin', name: 'Default Admin', me: true, enabled: true, mustChangePassword: false, state: 'active', principalIds: [PRINCIPAL_ID], links: { self: `${origin}/v3/users/${USER_ID}` }, actions: {} };
}

function principal(origin: string): Record<string, unknown> {
  return { id: PRINCIPAL_ID, baseType: 'principal', type: 'principal', loginName: 'admin', name: 'Default Admin', me: true, memberOf: false, principalType: 'user', provider: 'local', links: { self: `${origin}/v3/principals/${encodeURIComponent(PRINCIPAL_ID)}` }, actions: {} };
}

const SCHEMAS = ['user', 'principal', 'token', 'setting', 'cluster', 'project', 'globalRole', 'globalRoleBinding', 'roleTemplate', 'clusterRoleTemplateBinding', 'projectRoleTemplateBinding', 'preference', 'schema', 'authConfig', 'nodeTemplate', 'feature'];

function schemas(origin: string): Record<string, unknown>[] {
  return SCHEMAS.map((id) => ({ id, type: 'schema', baseType: 'schema', pluralName: `${id}s`, collectionMethods: ['GET'], resourceMethods: ['GET'], resourceFields: {}, collectionFilters: {}, links: { collection: `${origin}/v3/${id}s`, self: `${origin}/v3/schemas/${id}` }, version: { path: '/v3' } }));
}

/** Rancher's older API, as much of it as the dashboard asks for; collections it has nothing of are empty. */
export function handleNorman(origin: string, path: readonly string[], res: ServerResponse): void {
  const [head = '', id] = path;
  switch (head) {
    case 'users':
      sendJson(res, 200, id === undefined ? collection(origin, 'user', [user(origin)]) : user(origin));
      return;
    case 'principals':
      sendJson(res, 200, id === undefined ? collection(origin, 'principal', [principal(origin)]) : principal(origin));
      return;
    case 'schemas':
    case 'schema':
      sendJson(res, 200, id === undefined ? collection(origin, 'schema', schemas(origin)) : schemas(origin).find((schema) => schema['id'] === id) ?? schemas(origin)[0]);
      return;
    default:
      sendJson(res, 200, collection(origin, head.replace(/s$/, '') || 'apiVersion', []));
  }
}
