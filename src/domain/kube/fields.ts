/**
 * Reading single fields of raw API objects. Nothing here throws; a field that is missing or of another type reads as
 * the neutral value, so that a parser never has to ask twice.
 */
import type { RawObject } from './types';

export const EMPTY_OBJECT: RawObject = Object.freeze({});
export const EMPTY_TEXTS: readonly string[] = Object.freeze([]);

/** The value as an object; `{}` for null, arrays and scalars. */
export function asObject(value: unknown): RawObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as RawObject) : EMPTY_OBJECT;
}

/** The value as an array; `[]` for everything else. */
export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : (EMPTY_TEXTS as readonly unknown[]);
}

/** Text as it is; numbers and booleans as their text; '' otherwise. */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

const SHARED_MOST = 5000;
const shared = new Map<string, string>();

/**
 * `asText` for texts that many objects have in common: names of nodes, UUIDs of disks, types and reasons of conditions.
 * All objects then hold one and the same text, which saves memory and is told apart by its address instead of letter by
 * letter. Texts are taken in until there are 5,000, so that a field with a value of its own per object costs no more.
 */
export function asSharedText(value: unknown): string {
  const text = asText(value);
  if (text === '') return text;
  const known = shared.get(text);
  if (known !== undefined) return known;
  // As a key of an object a text becomes one that the engine keeps once.
  const kept = Object.keys({ [text]: 0 })[0] ?? text;
  if (shared.size < SHARED_MOST) shared.set(kept, kept);
  return kept;
}

/** A finite number, also from its text (`"10737418240"`); null otherwise. */
export function asNumber(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const parsed = Number(value);
  return Number.isFinite(parsed) ? parsed : null;
}

/** true for `true` and `"true"`. */
export function asFlag(value: unknown): boolean {
  return value === true || value === 'true';
}

/** Epoch milliseconds of an RFC 3339 text; null when absent, unreadable or Go's zero time (`0001-01-01T00:00:00Z`). */
export function asTime(value: unknown): number | null {
  if (typeof value !== 'string' || value === '') return null;
  const time = Date.parse(value);
  return time > 0 ? time : null;
}

/** The texts of an array; other members are left out. */
export function asTexts(value: unknown): readonly string[] {
  if (!Array.isArray(value) || value.length === 0) return EMPTY_TEXTS;
  return Object.freeze(value.filter((item): item is string => typeof item === 'string'));
}

/**
 * An empty map for keys that are names of objects. Without a prototype no name means anything special, and engines keep it
 * as a table: an ordinary object with keys of its own would be given a hidden class of its own, one per volume.
 */
export function createNameMap<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>;
}

const EMPTY_TEXT_MAP: Readonly<Record<string, string>> = Object.freeze({});

/** A map of texts; numbers and booleans become text, other members are left out. `into` is the map to fill, `{}` by default. */
export function asTextMap(value: unknown, into?: Record<string, string>): Readonly<Record<string, string>> {
  const source = asObject(value);
  const keys = Object.keys(source);
  if (keys.length === 0) return EMPTY_TEXT_MAP;
  const map = into ?? {};
  for (const key of keys) {
    const item = source[key];
    if (typeof item === 'string') map[key] = item;
    else if (typeof item === 'number' || typeof item === 'boolean') map[key] = String(item);
  }
  return Object.freeze(map);
}

/** The value when it is one of `known`, else `fallback`. */
export function asOneOf<T extends string>(value: unknown, known: ReadonlySet<T>, fallback: T): T {
  return known.has(value as T) ? (value as T) : fallback;
}
