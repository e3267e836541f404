import jsonPatch, { type Operation } from 'fast-json-patch';
import type { ResourceType } from '../contract';
import { HttpError } from '../http/errors';
import { isRecord } from '../http/body';
import { clone } from '../store';

export type PatchKind = 'json' | 'merge' | 'strategic' | 'apply';

const ACCEPTED = 'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml';

/** Custom resources know no strategic merge. */
function isCustom(type: ResourceType): boolean {
  return type.group.includes('.') && !type.group.endsWith('.k8s.io');
}

/** The kind of patch a content type names. Throws 415 for those that Kubernetes does not take for the type. */
export function patchKind(contentType: string | undefined, type: ResourceType): PatchKind {
  const media = (contentType ?? '').split(';')[0]?.trim();
  switch (media) {
    case 'application/json-patch+json': return 'json';
    case 'application/merge-patch+json': return 'merge';
    case 'application/apply-patch+yaml': return 'apply';
    case 'application/strategic-merge-patch+json':
      if (!isCustom(type)) return 'strategic';
  }
  throw new HttpError(415, 'UnsupportedMediaType', ACCEPTED);
}

/** RFC 7386. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const result: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

/** The patched copy. Throws 400 for a patch that is none, 422 for one that does not apply. */
export function applyPatch(target: unknown, patch: unknown, kind: PatchKind): Record<string, unknown> {
  if (kind !== 'json') {
    if (!isRecord(patch)) throw new HttpError(400, 'BadRequest', 'error decoding patch: json: cannot unmarshal into a patch object');
    return mergePatch(clone(target), patch) as Record<string, unknown>;
  }
  if (!Array.isArray(patch)) throw new HttpError(400, 'BadRequest', 'error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch');
  if (patch.length > 10_000) throw new HttpError(413, 'RequestEntityTooLarge', `The allowed maximum operations in a JSON patch is 10000, got ${String(patch.length)}`);
  let result: unknown;
  try {
    result = jsonPatch.applyPatch(clone(target), patch as Operation[], true, true, true).newDocument;
  } catch {
    throw new HttpError(422, 'Invalid', 'the server rejected our request due to an error in our request');
  }
  if (!isRecord(result)) throw new HttpError(422, 'Invalid', 'the server rejected our request due to an error in our request');
  return result;
}
