import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../contract';
import { equalityPairs, parseFieldSelector, parseLabelSelector } from './selectors';

const object: KubeObject = {
  apiVersion: 'v1', kind: 'Event', metadata: { name: 'e', namespace: 'd', labels: { app: 'x', 'longhorn.io/kind': 'replica' } },
  involvedObject: { name: 'pvc-1', kind: 'Volume' }, spec: { nodeName: 'n1' }
};

describe('label selectors', () => {
  it.each([
    ['app=x', true], ['app==x', true], ['app=y', false], ['app!=y', true], ['missing!=y', true],
    ['app in (x,y)', true], ['app notin (x, y)', false], ['missing notin (x)', true],
    ['app', true], ['!app', false], ['!missing', true], ['app=x,longhorn.io/kind=replica', true], ['app=x,missing', false], ['', true]
  ])('%s -> %s', (text, expected) => {
    expect(parseLabelSelector(text)(object)).toBe(expected);
  });

  it('refuses what it cannot read', () => {
    expect(() => parseLabelSelector('app=(x')).toThrow(/unable to parse/);
  });

  it('gives the pairs of pure equality selectors', () => {
    expect(equalityPairs('a=b,c==d')).toEqual({ a: 'b', c: 'd' });
    expect(equalityPairs('a=b,c!=d')).toBeNull();
    expect(equalityPairs('')).toBeNull();
  });
});

describe('field selectors', () => {
  it.each([
    ['metadata.name=e', true], ['metadata.namespace!=d', false], ['involvedObject.name=pvc-1,involvedObject.kind=Volume', true], ['spec.nodeName=n2', false], ['status.phase=', true]
  ])('%s -> %s', (text, expected) => {
    expect(parseFieldSelector(text)(object)).toBe(expected);
  });
});
