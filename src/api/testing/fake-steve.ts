import type { Kind } from '@/domain/kube/kinds';
import type { RawObject } from '@/domain/kube/types';
import type { HarvesterApi, ListPage } from '../contract';
import { ApiError } from '../error';
import type { SocketLike } from '../feed/socket';

interface Entry { readonly name: string; readonly kind: string; readonly revision: number; readonly data: RawObject }

export class FakeSocket implements SocketLike {
  onopen: ((event: Event) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  readonly sent: Record<string, unknown>[] = [];
  readonly watching = new Set<string>();
  isClosed = false;

  constructor(private readonly server: FakeSteve) {}

  send(data: string): void {
    const message = JSON.parse(data) as Record<string, unknown>;

    this.sent.push(message);
    this.server.subscribe(this, message);
  }

  close(): void {
    this.isClosed = true;
    this.server.sockets.delete(this);
  }

  open(): void {
    this.onopen?.(new Event('open'));
  }

  frame(frame: unknown): void {
    this.onmessage?.({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) } as MessageEvent);
  }

  /** The server or the network ends the connection. */
  drop(): void {
    this.server.sockets.delete(this);
    this.onclose?.({} as CloseEvent);
  }
}

const failure = (status: number, code = '', message = code): ApiError => new ApiError({ status, code, message, raw: message, isAbort: false });

/** A small Steve in memory: revisions, an event log, paged lists, subscribe, and faults to order. */
export class FakeSteve {
  revision = 100;
  readonly objects = new Map<string, Map<string, RawObject>>();
  readonly log: Entry[] = [];
  readonly sockets = new Set<FakeSocket>();
  readonly opened: FakeSocket[] = [];
  /** kind -> what `list` answers instead. */
  readonly listFaults = new Map<string, ApiError>();
  readonly absent = new Set<string>();
  readonly unlistable = new Set<string>();
  readonly listCalls: { kind: string; next: string | null }[] = [];
  readonly unwatchable = new Set<string>();
  /** Events before this revision are forgotten. */
  oldest = 0;
  refusesSockets = false;
  /** Runs before each page is answered. */
  beforePage: ((kind: string, next: string | null) => void | Promise<void>) | null = null;
  forgotten = 0;

  static readonly failure = failure;

  put(kind: string, id: string, fields: Record<string, unknown> = {}): RawObject {
    const map = this.objects.get(kind) ?? new Map<string, RawObject>();
    const isNew = !map.has(id);
    const [namespace = '', name = ''] = id.includes('/') ? id.split('/') : ['', id];
    const data = { id, type: kind, ...fields, metadata: { name, ...(namespace ? { namespace } : {}), resourceVersion: String(++this.revision), ...(fields.metadata as object | undefined) } };

    this.objects.set(kind, map.set(id, data));
    this.emit({ name: isNew ? 'resource.create' : 'resource.change', kind, revision: this.revision, data });

    return data;
  }

  remove(kind: string, id: string): void {
    const data = this.objects.get(kind)?.get(id);

    if (data) {
      this.objects.get(kind)?.delete(id);
      this.emit({ name: 'resource.remove', kind, revision: ++this.revision, data });
    }
  }

  private emit(entry: Entry): void {
    this.log.push(entry);
    for (const socket of this.sockets) {
      if (socket.watching.has(entry.kind)) {
        this.deliver(socket, entry);
      }
    }
  }

  deliver(socket: FakeSocket, entry: Entry): void {
    socket.frame({ name: entry.name, resourceType: entry.kind, revision: String(entry.revision), data: entry.data });
  }

  subscribe(socket: FakeSocket, message: Record<string, unknown>): void {
    const kind = String(message.resourceType);

    if (message.stop) {
      socket.watching.delete(kind);

      return;
    }
    const error = this.absent.has(kind) ? `failed to find schema ${ kind }` : this.unwatchable.has(kind) ? 'watch not allowed' : Number(message.resourceVersion) < this.oldest ? 'too old resource version' : '';

    if (error) {
      socket.frame({ name: 'resource.error', resourceType: kind, data: { error } });

      return;
    }
    socket.watching.add(kind);
    socket.frame({ name: 'resource.start', resourceType: kind });
    for (const entry of this.log.filter((each) => each.kind === kind && each.revision > Number(message.resourceVersion))) {
      this.deliver(socket, entry);
    }
  }

  /** Ends the watch of a kind as a 30-minute limit does. */
  stopWatch(kind: string): void {
    for (const socket of this.sockets) {
      if (socket.watching.delete(kind)) {
        socket.frame({ name: 'resource.stop', resourceType: kind });
      }
    }
  }

  openSocket = (): SocketLike => {
    const socket = new FakeSocket(this);

    this.opened.push(socket);
    if (this.refusesSockets) {
      queueMicrotask(() => { socket.drop(); });
    } else {
      this.sockets.add(socket);
      queueMicrotask(() => { socket.open(); });
    }

    return socket;
  };

  dropSockets(): void {
    for (const socket of [...this.sockets]) {
      socket.drop();
    }
  }

  readonly api: HarvesterApi = {
    base: '/v1/harvester',
    access: (kind: Kind) => Promise.resolve({ exists: !this.absent.has(kind), canList: !this.absent.has(kind) && !this.unlistable.has(kind), canCreate: true }),
    forgetAccess: () => { this.forgotten++; },
    list: async(kind, { limit = 1000, next = null, labelSelector = '', namespace = '' } = {}): Promise<ListPage> => {
      this.listCalls.push({ kind, next });
      await this.beforePage?.(kind, next);
      const fault = this.listFaults.get(kind);

      if (fault) {
        throw fault;
      }
      const [label = '', value = ''] = labelSelector.split('=');
      const fits = ({ metadata }: RawObject): boolean => {
        const own = metadata as { readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> };

        return (!label || own.labels?.[label] === value) && (!namespace || own.namespace === namespace);
      };
      const all = [...this.objects.get(kind)?.values() ?? []].filter(fits).sort((a, b) => String(a.id).localeCompare(String(b.id)));
      const from = next ? all.findIndex((object) => String(object.id) > next) : 0;
      const items = from < 0 ? [] : all.slice(from, from + limit);
      const last = items.at(-1);
      const isMore = from >= 0 && from + limit < all.length;

      return { items, revision: String(this.revision), next: isMore && last ? String(last.id) : null };
    },
    get: (kind, id) => { const found = this.objects.get(kind)?.get(id); return found ? Promise.resolve(found) : Promise.reject(failure(404)); },
    create: () => Promise.reject(failure(500)),
    update: () => Promise.reject(failure(500)),
    patch: () => Promise.reject(failure(500)),
    remove: () => Promise.reject(failure(500)),
    action: () => Promise.reject(failure(500)),
    uploadImage: () => Promise.reject(failure(500))
  };
}
