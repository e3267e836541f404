import { describe, expect, it } from 'vitest';
import { ManualClock } from '../clock';
import { StoreError, type WatchEvent } from '../contract';
import { createRandom } from '../random';
import { createStore, type StoreOptions } from './store';
import { RESOURCE_TYPES } from './types';

function make(options: Partial<StoreOptions> = {}) {
  return createStore({ clock: new ManualClock(), random: createRandom('store'), ...options });
}

function failure(run: () => unknown): StoreError {
  try {
    run();
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error('did not throw');
}

describe('resource types', () => {
  it('names ids and plural segments as Steve does', () => {
    const byId = new Map(RESOURCE_TYPES.map((type) => [type.id, type]));
    expect(byId.get('storage.k8s.io.storageclass')?.pluralName).toBe('storage.k8s.io.storageclasses');
    expect(byId.get('persistentvolumeclaim')?.pluralName).toBe('persistentvolumeclaims');
    expect(byId.get('k8s.cni.cncf.io.networkattachmentdefinition')?.pluralName).toBe('k8s.cni.cncf.io.network-attachment-definitions');
    expect(byId.get('longhorn.io.node')?.namespaced).toBe(true);
    expect(byId.get('node')?.namespaced).toBe(false);
    expect(byId.size).toBe(RESOURCE_TYPES.length);
  });
});

describe('writes', () => {
  it('fills in uid, name, times and revision, and freezes what it hands out', () => {
    const store = make();
    const made = store.create('pod', { metadata: { generateName: 'importer-', namespace: 'default' }, spec: { nodeName: 'n1' } });
    expect(made.metadata.name).toMatch(/^importer-[b-z2-9]{5}$/);
    expect(made.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(made.metadata.resourceVersion).toBe(String(store.revision));
    expect(made.apiVersion).toBe('v1');
    expect(made.kind).toBe('Pod');
    expect(() => { (made.spec as Record<string, unknown>)['nodeName'] = 'n2'; }).toThrow(TypeError);
  });

  it('refuses a second object of the same name and an update of an older revision', () => {
    const store = make();
    const first = store.create('longhorn.io.volume', { metadata: { name: 'v', namespace: 'longhorn-system' }, spec: { size: '1' } });
    const twice = failure(() => store.create('longhorn.io.volume', { metadata: { name: 'v', namespace: 'longhorn-system' } }));
    expect([twice.status, twice.code, twice.message]).toEqual([409, 'AlreadyExists', 'volumes.longhorn.io "v" already exists']);
    store.update('longhorn.io.volume', { ...first, spec: { size: '2' } });
    const stale = failure(() => store.update('longhorn.io.volume', { ...first, spec: { size: '3' } }));
    expect(stale.status).toBe(409);
    expect(stale.message).toBe('Operation cannot be fulfilled on volumes.longhorn.io "v": the object has been modified; please apply your changes to the latest version and try again');
    expect(failure(() => store.get('no.such', 'x')).status).toBe(404);
  });

  it('counts generations on spec changes only and writes nothing when nothing changed', () => {
    const store = make();
    store.create('longhorn.io.volume', { metadata: { name: 'v', namespace: 'l' }, spec: { size: '1' }, status: {} });
    const before = store.revision;
    store.edit('longhorn.io.volume', 'l/v', (draft) => { draft.spec = { size: '1' }; });
    expect(store.revision).toBe(before);
    expect(store.edit('longhorn.io.volume', 'l/v', (draft) => { draft.status = { state: 'attached' }; })?.metadata.generation).toBe(1);
    expect(store.edit('longhorn.io.volume', 'l/v', (draft) => { draft.spec = { size: '2' }; })?.metadata.generation).toBe(2);
    expect(store.edit('longhorn.io.volume', 'l/none', () => undefined)).toBeUndefined();
  });

  it('does not let an edit rename an object or change its identity', () => {
    const store = make();
    const made = store.create('node', { metadata: { name: 'n1' } });
    const edited = store.edit('node', 'n1', (draft) => {
      draft.metadata.name = 'other';
      draft.metadata.uid = 'x';
      draft.metadata.deletionTimestamp = 'now';
      draft.metadata.labels = { a: 'b' };
    });
    expect(edited?.metadata).toMatchObject({ name: 'n1', uid: made.metadata.uid, labels: { a: 'b' } });
    expect(edited?.metadata.deletionTimestamp).toBeUndefined();
  });
});

describe('deletion', () => {
  it('waits for finalizers', () => {
    const store = make();
    store.create('persistentvolumeclaim', { metadata: { name: 'c', namespace: 'd', finalizers: ['kubernetes.io/pvc-protection'] } });
    expect(store.remove('persistentvolumeclaim', 'd/c')).toBe(true);
    expect(store.get('persistentvolumeclaim', 'd/c')?.metadata.deletionTimestamp).toBeDefined();
    expect(store.remove('persistentvolumeclaim', 'd/c')).toBe(false);
    store.edit('persistentvolumeclaim', 'd/c', (draft) => { draft.metadata.finalizers = []; });
    expect(store.get('persistentvolumeclaim', 'd/c')).toBeUndefined();
  });

  it('collects what the deleted object alone owned, down the line', () => {
    const store = make();
    const own = (owner: { apiVersion: string; kind: string; metadata: { name: string; uid?: string } }) =>
      ({ apiVersion: owner.apiVersion, kind: owner.kind, name: owner.metadata.name, uid: owner.metadata.uid ?? '' });
    const image = store.create('harvesterhci.io.virtualmachineimage', { metadata: { name: 'i', namespace: 'd' } });
    const other = store.create('configmap', { metadata: { name: 'o', namespace: 'd' } });
    const volume = store.create('cdi.kubevirt.io.datavolume', { metadata: { name: 'i', namespace: 'd', ownerReferences: [own(image)] } });
    store.create('persistentvolumeclaim', { metadata: { name: 'i', namespace: 'd', ownerReferences: [own(volume)] } });
    store.create('secret', { metadata: { name: 's', namespace: 'd', ownerReferences: [own(image), own(other)] } });
    store.remove('harvesterhci.io.virtualmachineimage', 'd/i');
    expect(store.list('cdi.kubevirt.io.datavolume')).toHaveLength(0);
    expect(store.list('persistentvolumeclaim')).toHaveLength(0);
    expect(store.get('secret', 'd/s')?.metadata.ownerReferences).toHaveLength(1);
  });

  it('empties a namespace that goes', () => {
    const store = make();
    store.create('namespace', { metadata: { name: 'x' } });
    store.create('pod', { metadata: { name: 'p', namespace: 'x' } });
    store.create('pod', { metadata: { name: 'p', namespace: 'y' } });
    store.remove('namespace', 'x');
    expect(store.list('pod').map((pod) => pod.metadata.namespace)).toEqual(['y']);
  });
});

describe('reads', () => {
  it('lists by namespace and labels, sorted, and follows label changes', () => {
    const store = make();
    for (const [name, volume] of [['r2', 'v1'], ['r1', 'v1'], ['r3', 'v2']] as const) {
      store.create('longhorn.io.replica', { metadata: { name, namespace: 'l', labels: { longhornvolume: volume } } });
    }
    const names = (labels: Record<string, string>) => store.list('longhorn.io.replica', { namespace: 'l', labels }).map((r) => r.metadata.name);
    expect(names({ longhornvolume: 'v1' })).toEqual(['r1', 'r2']);
    store.edit('longhorn.io.replica', 'l/r1', (draft) => { draft.metadata.labels = { longhornvolume: 'v2' }; });
    expect(names({ longhornvolume: 'v1' })).toEqual(['r2']);
    expect(names({ longhornvolume: 'v2' })).toEqual(['r1', 'r3']);
    expect(store.list('longhorn.io.replica', { namespace: 'other' })).toEqual([]);
  });
});

describe('watch', () => {
  it('shows every listener every event in order, also those that listeners cause', () => {
    const store = make();
    const seen: string[][] = [[], []];
    const note = (index: number) => (event: WatchEvent): void => { seen[index]?.push(`${event.type} ${event.object.metadata.name}`); };
    store.watch((event) => {
      if (event.type === 'create' && event.object.metadata.name === 'a') store.create('node', { metadata: { name: 'b' } });
      note(0)(event);
    });
    store.watch(note(1));
    store.create('node', { metadata: { name: 'a' } });
    expect(seen[0]).toEqual(['create a', 'create b']);
    expect(seen[1]).toEqual(seen[0]);
  });

  it('remembers a bounded number of events and says when it cannot reach back', () => {
    const store = make({ logLimit: 10 });
    const start = store.revision;
    store.create('node', { metadata: { name: 'a' } });
    for (let i = 0; i < 5; i++) store.edit('node', 'a', (draft) => { draft.spec = { i }; });
    expect(store.since('node', start)).toHaveLength(6);
    expect(store.since('node', start + 4)).toHaveLength(2);
    expect(store.since('pod', start)).toEqual([]);
    for (let i = 0; i < 50; i++) store.edit('node', 'a', (draft) => { draft.spec = { i }; });
    expect(store.since('node', start)).toBe('too-old');
    expect(store.since('node', store.revision)).toEqual([]);
    expect(store.since('pod', 1)).toBe('too-old');
  });

  it('throws what a listener throws, or reports it when told where', () => {
    const errors: unknown[] = [];
    for (const store of [make(), make({ onListenerError: (error) => errors.push(error) })]) {
      store.watch(() => { throw new Error('bad controller'); });
      const write = () => store.create('node', { metadata: { name: 'a' } });
      if (errors.length === 0 && store.list('node').length === 0) {
        try { write(); } catch (error) { errors.push(error); }
      }
    }
    expect(errors.map(String)).toEqual(['Error: bad controller']);
  });
});
