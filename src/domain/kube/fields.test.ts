import { describe, expect, it } from 'vitest';
import { asArray, asFlag, asNumber, asObject, asOneOf, asText, asTextMap, asTexts, asTime, createNameMap } from './fields';

describe('asObject and asArray', () => {
  it('take only their own kind', () => {
    const object = { a: 1 };
    const array = [1];
    expect(asObject(object)).toBe(object);
    expect([null, undefined, array, 'a', 3].map(asObject)).toEqual([{}, {}, {}, {}, {}]);
    expect(asArray(array)).toBe(array);
    expect([null, undefined, object, 'a', 3].map(asArray)).toEqual([[], [], [], [], []]);
  });
});

describe('asText', () => {
  it('writes numbers and booleans out, and nothing else', () => {
    expect(['', 'a', 0, 5, true, false].map(asText)).toEqual(['', 'a', '0', '5', 'true', 'false']);
    expect([null, undefined, {}, [], () => ''].map(asText)).toEqual(['', '', '', '', '']);
  });
});

describe('asNumber', () => {
  it('reads text of a number, also with blanks around it, and no blank text', () => {
    expect(['10737418240', ' 7 ', '1e3', '-2', 0].map(asNumber)).toEqual([10737418240, 7, 1000, -2, 0]);
    expect(['', '   ', '1Gi', 'Infinity', Infinity, NaN, true, null, undefined, {}, []].map(asNumber)).toEqual(Array(11).fill(null));
  });
});

describe('asFlag', () => {
  it('is true for true alone, as value or as text', () => {
    expect([true, 'true'].map(asFlag)).toEqual([true, true]);
    expect([false, 'false', 'True', 1, 'yes', null, undefined].map(asFlag)).toEqual(Array(7).fill(false));
  });
});

describe('asTime', () => {
  it('reads RFC 3339, and neither the epoch itself nor what is no text', () => {
    expect(asTime('1970-01-01T00:00:00.001Z')).toBe(1);
    expect(asTime('2026-08-20T10:00:00+02:00')).toBe(Date.UTC(2026, 7, 20, 8));
    // A number would be read by Date.parse as a year.
    expect(['1970-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '', 'soon', 2026, null, undefined, ['2026-01-01']].map(asTime)).toEqual(Array(8).fill(null));
  });
});

describe('asTexts', () => {
  it('keeps the texts, in order and frozen', () => {
    const texts = asTexts(['ssd', 3, null, 'nvme', {}]);
    expect(texts).toEqual(['ssd', 'nvme']);
    expect(Object.isFrozen(texts)).toBe(true);
  });
  it('shares one empty list for none', () => {
    expect(asTexts([])).toEqual([]);
    expect(asTexts('ssd')).toEqual([]);
    expect(asTexts([])).toBe(asTexts(undefined));
  });
});

describe('asTextMap', () => {
  it('makes text of numbers and booleans, and leaves the rest out', () => {
    const map = asTextMap({ a: 'x', b: 2, c: false, d: null, e: {}, f: ['y'], g: '' });
    expect(map).toEqual({ a: 'x', b: '2', c: 'false', g: '' });
    expect(Object.isFrozen(map)).toBe(true);
  });
  it('shares one empty map for none: thousands of objects have no annotation', () => {
    expect(asTextMap({})).toEqual({});
    expect(asTextMap({})).toBe(asTextMap(null));
  });
});

describe('createNameMap', () => {
  it('knows no name but those it was given', () => {
    const map = createNameMap<number>();
    map.a = 1;
    expect([map.a, map.constructor, map.toString, '__proto__' in map]).toEqual([1, undefined, undefined, false]);
    expect(asTextMap({ constructor: 'x' }, createNameMap())).toEqual({ constructor: 'x' });
  });
});

describe('asOneOf', () => {
  it('falls back for what is not known', () => {
    const known = new Set(['v1', 'v2'] as const);
    expect([asOneOf('v2', known, 'v1'), asOneOf('v3', known, 'v1'), asOneOf(2, known, 'v1')]).toEqual(['v2', 'v1', 'v1']);
  });
});
