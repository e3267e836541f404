import type { RawObject } from '@/domain/kube/types';

/** One frame of Steve's subscribe socket, as far as we read it. */
export interface Frame {
  readonly name: string;
  readonly resourceType: string;
  readonly revision: string;
  readonly data: RawObject;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Reads a frame; null for what is not one. */
export function parseFrame(raw: unknown): Frame | null {
  let parsed: unknown;

  try {
    parsed = JSON.parse(String(raw));
  } catch {
    return null;
  }
  if (!isRecord(parsed) || !text(parsed.name)) {
    return null;
  }

  return { name: text(parsed.name), resourceType: text(parsed.resourceType), revision: text(parsed.revision), data: isRecord(parsed.data) ? parsed.data : {} };
}

/** `<ns>/<name>` or `<name>`: Steve gives it as `id`; the name is the fall-back of objects that come without. */
export function idOf(object: RawObject): string {
  if (text(object.id)) {
    return text(object.id);
  }
  const metadata = isRecord(object.metadata) ? object.metadata : {};
  const name = text(metadata.name);

  return name && text(metadata.namespace) ? `${ text(metadata.namespace) }/${ name }` : name;
}

/** Revisions are compared only to drop what is older than what we hold; unreadable ones never win nor lose. */
export function revisionOf(object: RawObject): number {
  const metadata = isRecord(object.metadata) ? object.metadata : {};

  return parseRevision(text(metadata.resourceVersion));
}

export function parseRevision(revision: string): number {
  return /^\d+$/.test(revision) ? Number(revision) : NaN;
}

export type WatchError = 'no-schema' | 'too-old' | 'not-watchable' | 'other';

/** The words Steve and Kubernetes use for the three errors that need different cures. */
export function classifyWatchError(message: string): WatchError {
  if (message.includes('failed to find schema')) {
    return 'no-schema';
  }
  if (message.includes('too old') || message.includes('Expired') || message.includes('too large resource version')) {
    return 'too-old';
  }
  if (message.includes('watch not allowed') || message.includes('does not allow this method')) {
    return 'not-watchable';
  }

  return 'other';
}
