import type { Cluster, KubeObject, ResourceType } from '../contract';
import { StoreError } from '../contract';

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE';

export interface AdmissionRequest {
  readonly cluster: Cluster;
  readonly operation: Operation;
  readonly type: ResourceType;
  /** The object to be written: mutators edit it. On DELETE the object that goes. */
  readonly object: KubeObject;
  /** The stored object, on UPDATE. */
  readonly old: KubeObject | undefined;
  readonly user: string;
  /** Whether the user may read an object of a type, for the checks that webhooks make with access reviews. */
  canGet(typeId: string, namespace: string): boolean;
}

/** One webhook's rules for one resource type. */
export interface Rules {
  readonly typeId: string;
  /** `validator.harvesterhci.io`: the name in front of a refusal; undefined for what kube-apiserver itself checks. */
  readonly webhook?: string;
  mutate?(request: AdmissionRequest): void;
  validate?(request: AdmissionRequest): void;
}

/** A refusal before the webhook's name is put in front of it. */
export class Denial extends Error {
  constructor(readonly status: number, readonly code: string, message: string) {
    super(message);
  }
}

export const HARVESTER_WEBHOOK = 'validator.harvesterhci.io';
export const LONGHORN_WEBHOOK = 'validator.longhorn.io';

/** `NewInvalidError` of Harvester's webhook, and what Longhorn's answers. */
export function invalid(message: string): Denial {
  return new Denial(422, 'Invalid', message);
}

export function conflict(message: string): Denial {
  return new Denial(409, 'Conflict', message);
}

export function badRequest(message: string): Denial {
  return new Denial(400, 'BadRequest', message);
}

export function forbidden(message: string): Denial {
  return new Denial(403, 'Forbidden', message);
}

/** Any other Go error that a validator returns. */
export function internal(message: string): Denial {
  return new Denial(500, 'InternalError', message);
}

/** Turns a refusal into the API server's answer. */
export function toStoreError(error: unknown, webhook: string | undefined): unknown {
  if (!(error instanceof Denial)) return error;
  return new StoreError(error.status, error.code, webhook === undefined ? error.message : `admission webhook "${webhook}" denied the request: ${error.message}`);
}
