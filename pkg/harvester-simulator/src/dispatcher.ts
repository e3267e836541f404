import type { IncomingMessage, ServerResponse } from 'node:http';
import { StoreError } from './contract';
import type { Control } from './control';
import { sendEmpty, sendJson, sendText } from './http/answer';
import { readData } from './http/body';
import { greet, isCsrfValid } from './http/csrf';
import { EmptyAnswer, HttpError } from './http/errors';
import { PRINCIPAL_ID, RANCHER_VERSION } from './rancher/management';
import { handleNorman } from './rancher/norman';
import { type ExtensionBundle, handlePlugins, isAsset, sendFile } from './rancher/plugins';
import { Preferences, sendSelfUser } from './rancher/steve-extras';
import { type Route, routeOf, segmentsOf } from './routes';
import { handleKube } from './steve/kube';
import { statusObject } from './steve/kube-format';
import { handleSteve } from './steve/router';
import { findType, originOf, type View } from './steve/surface';
import { viewOf } from './viewing';
import type { World } from './world';

interface Assets {
  extensions: readonly ExtensionBundle[];
  dashboardDir?: string;
}

/** Session cookie of everybody: the simulator signs browsers in. */
const SESSION = 'token-simulator:simulator';

/** Takes requests apart and hands them to the surface they are meant for. */
export class Dispatcher {
  private readonly preferences = new Preferences();

  constructor(private readonly world: World, private readonly control: Control, private readonly assets: Assets) {}

  handle(req: IncomingMessage, res: ServerResponse): boolean | Promise<boolean> {
    let url: URL;
    try {
      url = new URL(req.url ?? '/', 'http://localhost');
    } catch {
      sendText(res, 400, 'Bad request');
      return true;
    }
    const segments = segmentsOf(url.pathname);
    const route = segments === null ? undefined : routeOf(segments);
    if (route !== undefined) return this.answer(route, req, res, url).then(() => true);
    if (this.assets.dashboardDir === undefined || segments === null) return false;
    return this.sendDashboard(this.assets.dashboardDir, segments, req, res);
  }

  private async sendDashboard(dir: string, segments: readonly string[], req: IncomingMessage, res: ServerResponse): Promise<boolean> {
    if (req.method !== 'GET' && req.method !== 'HEAD') return false;
    greet(req, res, SESSION);
    const isHead = req.method === 'HEAD';
    const path = segments[0] === 'dashboard' ? segments.slice(1) : segments;
    if (path.length > 0 && await sendFile(res, dir, path, isHead)) return true;
    // Only what looks like a page falls back to the app; a missing asset stays missing.
    if (isAsset(path.at(-1) ?? '')) return false;
    return sendFile(res, dir, ['index.html'], isHead);
  }

  private async answer(route: Route, req: IncomingMessage, res: ServerResponse, url: URL): Promise<void> {
    try {
      await this.admit(route, req, res, url);
    } catch (error) {
      this.sendError(route, error, res);
    } finally {
      if (!req.readableEnded && !req.destroyed) req.resume();
    }
  }

  /** What stands before every API call: faults, cookies, CSRF. */
  private async admit(route: Route, req: IncomingMessage, res: ServerResponse, url: URL): Promise<void> {
    if (route.kind !== 'control') {
      const { apiFaults } = this.world;
      if (apiFaults.isOffline) {
        req.socket.destroy();
        return;
      }
      if (apiFaults.latency > 0) await new Promise((resolve) => setTimeout(resolve, apiFaults.latency));
      const fault = apiFaults.meet(req.method ?? 'GET', this.typeIdOf(route));
      if (fault !== undefined) {
        res.setHeader('x-api-cattle-auth', fault.status === 401 ? 'none' : 'true');
        if (fault.status === 429) res.setHeader('retry-after', '1');
        throw new HttpError(fault.status, fault.code, fault.message);
      }
    }
    greet(req, res, SESSION);
    // Clients tell their clock's skew by this header: the cluster's time may run faster than the machine's.
    res.setHeader('date', new Date(this.world.harvester.cluster.clock.now()).toUTCString());
    if (route.kind !== 'public' && !isCsrfValid(req, url)) throw new HttpError(422, 'InvalidCSRFToken', 'Invalid CSRF token');
    await this.serve(route, req, res, url);
  }

  private typeIdOf(route: Route): string | undefined {
    if (route.kind !== 'steve' && route.kind !== 'kube') return undefined;
    const { cluster } = this.world[route.realm];
    if (route.kind === 'steve') return findType(cluster, route.path[0] ?? '')?.id ?? route.path[0];
    const [root, ...rest] = route.path;
    const group = root === 'api' ? '' : rest.shift() ?? '';
    rest.shift();
    const resource = rest[0] === 'namespaces' && rest.length > 2 ? rest[2] : rest[0];
    return cluster.store.types.find((type) => type.group === group && type.resource === resource)?.id;
  }

  private async serve(route: Route, req: IncomingMessage, res: ServerResponse, url: URL): Promise<void> {
    const origin = originOf(req);
    switch (route.kind) {
      case 'steve': {
        const view = viewOf(this.world, route.realm, origin, route.base, route.rawBase);
        await (route.realm === 'management' ? this.serveManagement(view, route.path, req, res, url) : handleSteve(view, this.world.harvester.counts, route.path, req, res, url));
        return;
      }
      case 'kube':
        if (/^(health|live|ready)z$/.test(route.path[0] ?? '')) sendText(res, 200, 'ok');
        else await handleKube(viewOf(this.world, route.realm, origin, route.base, route.rawBase), route.path, req, res, url);
        return;
      case 'plugins':
        await handlePlugins(this.assets.extensions, route.path, res);
        return;
      case 'norman':
        handleNorman(origin, route.path, res);
        return;
      case 'public':
        await this.servePublic(route.path, req, res, url);
        return;
      case 'rancher':
        // Prime, because only there may the dashboard be told to fetch no news from the internet (`ui-content-enabled`).
        sendJson(res, 200, { Version: RANCHER_VERSION, GitCommit: '0000000', RancherPrime: 'true' });
        return;
      case 'control':
        await this.control.handle(route.path, req, res);
    }
  }

  private async serveManagement(view: View, path: readonly string[], req: IncomingMessage, res: ServerResponse, url: URL): Promise<void> {
    const [head = ''] = path;
    if (head === 'userpreferences' || head === 'userpreference') { await this.preferences.handle(view.origin, view.base, req, res); return; }
    if (head === 'ext.cattle.io.selfuser' || head === 'ext.cattle.io.selfusers') { sendSelfUser(req, res); return; }
    const isRead = req.method === 'GET' || req.method === 'HEAD';
    if (isRead && path.length === 1 && head !== '' && !['schemas', 'schema', 'counts', 'count', 'schemaDefinitions'].includes(head) && findType(view.cluster, head) === undefined) {
      // A real Rancher has more types than this one; to the dashboard they are all empty.
      sendJson(res, 200, { type: 'collection', links: { self: `${view.origin}${view.base}/${head}` }, actions: {}, resourceType: head, data: [] });
      return;
    }
    await handleSteve(view, this.world.management.counts, path, req, res, url);
  }

  private async servePublic(path: readonly string[], req: IncomingMessage, res: ServerResponse, url: URL): Promise<void> {
    if (url.searchParams.get('action') === 'login' || path[0] === 'login') {
      await readData(req);
      res.setHeader('set-cookie', [`R_SESS=${SESSION}; Path=/; SameSite=Strict`]);
      sendJson(res, 200, { type: 'token', baseType: 'token', id: 'token-simulator', token: SESSION, userPrincipal: PRINCIPAL_ID, expiresAt: '' });
      return;
    }
    sendJson(res, 200, { type: 'collection', resourceType: 'authProvider', data: [{ id: 'local', type: 'localProvider', baseType: 'authProvider', links: { self: '/v3-public/authProviders/local' }, actions: { login: '/v3-public/localProviders/local?action=login' } }] });
  }

  private sendError(route: Route, error: unknown, res: ServerResponse): void {
    if (res.headersSent) {
      res.destroy();
      return;
    }
    if (error instanceof EmptyAnswer) { sendEmpty(res, error.status); return; }
    const { status, code, message } = error instanceof HttpError || error instanceof StoreError ? error : this.unexpected(error);
    if (route.kind === 'kube') sendJson(res, status, statusObject(status, code, message));
    else sendJson(res, status, { type: 'error', links: {}, code, message, status });
  }

  private unexpected(error: unknown): { status: number; code: string; message: string } {
    // A client that hung up in the middle of its body is no fault of ours.
    if (!(error instanceof Error && 'code' in error && error.code === 'ECONNRESET')) this.world.report(error);
    return { status: 500, code: 'ServerError', message: error instanceof Error ? error.message : String(error) };
  }
}
