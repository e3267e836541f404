import type { AxiosInstance } from 'axios';
import type { Kind } from '@/domain/kube/kinds';
import type { RawObject } from '@/domain/kube/types';

/** The only thing asked of an HTTP library: the host's axios instance in Rancher, our own in the standalone app. */
export type HttpClient = Pick<AxiosInstance, 'request'>;

/** Any failed call, in one shape. `message` has the webhook prefix stripped and is fit to show as it is. */
export interface ApiFailure {
  /** 0 when no answer came (network, abort). */
  readonly status: number;
  /** Kubernetes reason or Steve code (`Invalid`, `Forbidden`, `Conflict`…); '' for plain-text errors. */
  readonly code: string;
  readonly message: string;
  /** The server's own words, untouched. */
  readonly raw: string;
  readonly isAbort: boolean;
}

export interface KindAccess {
  /** The server has a schema for the kind. */
  readonly exists: boolean;
  readonly canList: boolean;
  readonly canCreate: boolean;
}

export interface ListPage {
  readonly items: readonly RawObject[];
  readonly revision: string;
  /** Token of the next page, or null on the last one. */
  readonly next: string | null;
}

export interface JsonPatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'test';
  readonly path: string;
  readonly value?: unknown;
}

export interface UploadProgress {
  readonly sent: number;
  readonly total: number;
}

/** A Harvester cluster's Steve API. Every method rejects with `ApiError` (implements ApiFailure). */
export interface HarvesterApi {
  /** `/v1/harvester` or `/k8s/clusters/<id>/v1/harvester`, without a trailing slash. */
  readonly base: string;
  access(kind: Kind): Promise<KindAccess>;
  /** Forgets what `access` has learnt (rights changed, other cluster). */
  forgetAccess(): void;
  list(kind: Kind, options?: { readonly limit?: number; readonly next?: string; readonly labelSelector?: string; readonly namespace?: string; readonly signal?: AbortSignal }): Promise<ListPage>;
  get(kind: Kind, id: string, signal?: AbortSignal): Promise<RawObject>;
  create(kind: Kind, body: RawObject, options?: { readonly dryRun?: boolean }): Promise<RawObject>;
  update(kind: Kind, id: string, body: RawObject): Promise<RawObject>;
  /** JSON patch on the raw Kubernetes path (Steve's `links.view`). */
  patch(kind: Kind, id: string, operations: readonly JsonPatchOperation[]): Promise<RawObject>;
  remove(kind: Kind, id: string, query?: Readonly<Record<string, string | readonly string[]>>): Promise<void>;
  /** POST `?action=<name>`; resolves to the JSON answer, or null for 204. */
  action(kind: Kind, id: string, name: string, body?: unknown): Promise<unknown>;
  /** Image upload (`?action=upload&size=`), multipart field `file` (CDI). Resolves when the server has taken every byte. */
  uploadImage(id: string, file: File | Blob, options: { readonly fileName: string; readonly onProgress?: (p: UploadProgress) => void; readonly signal?: AbortSignal }): Promise<void>;
  /** Objects per schema id, as the server counts them; rejects where it has no such endpoint. */
  counts?(): Promise<Readonly<Record<string, number>>>;
}
