import { describe, expect, it } from 'vitest';
import { parseMeta, parsePermitted } from './metadata';

describe('parseMeta', () => {
  it('reads the whole of it', () => {
    expect(parseMeta({
      metadata: {
        name: 'vm-1', namespace: 'default', uid: 'u', resourceVersion: '9', creationTimestamp: '2026-08-20T10:00:00Z', deletionTimestamp: '2026-08-20T11:00:00Z',
        labels: { a: 'b' }, annotations: { c: 'd' }
      }
    })).toEqual({
      id: 'default/vm-1', namespace: 'default', name: 'vm-1', uid: 'u', resourceVersion: '9', createdAt: Date.UTC(2026, 7, 20, 10), deletedAt: Date.UTC(2026, 7, 20, 11),
      labels: { a: 'b' }, annotations: { c: 'd' }
    });
  });

  it('has the name for the id of what has no namespace, and does not trust an id that is given', () => {
    expect(parseMeta({ id: 'other', metadata: { name: 'node-1' } })).toMatchObject({ id: 'node-1', namespace: '', createdAt: null, deletedAt: null, labels: {}, annotations: {} });
  });
});

describe('parsePermitted', () => {
  it('goes by the links and actions the server gives', () => {
    expect(parsePermitted({ links: { update: 'https://x/u', remove: 'https://x/r' }, actions: { start: 's', stop: 't' } })).toEqual({ actions: ['start', 'stop'], canUpdate: true, canRemove: true });
  });

  it.each([['left out', {}], ['blocked', { update: 'blocked', remove: 'blocked' }], ['empty', { update: '', remove: '' }], ['no text', { update: true, remove: {} }]])('is a refusal when a link is %s', (_how, links) => {
    expect(parsePermitted({ links })).toEqual({ actions: [], canUpdate: false, canRemove: false });
  });

  it('tells update and remove apart', () => {
    expect(parsePermitted({ links: { update: 'u' } })).toMatchObject({ canUpdate: true, canRemove: false });
    expect(parsePermitted({ links: { remove: 'r' } })).toMatchObject({ canUpdate: false, canRemove: true });
  });

  it('shares one empty list for no action', () => {
    expect(parsePermitted({}).actions).toBe(parsePermitted({ actions: {} }).actions);
  });
});
