import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InventoryKind } from '@/domain/view';
import { PARSERS } from './parsers';
import { createRecordTable } from './record-table';
import type { RecordTable } from './record-table';

const object = (id: string, fields: Record<string, unknown> = {}): Record<string, unknown> => {
  const [namespace = '', name = ''] = id.includes('/') ? id.split('/') : ['', id];

  return { id, metadata: { name, ...(namespace ? { namespace } : {}), resourceVersion: '1' }, ...fields };
};
const put = <K extends InventoryKind>(table: RecordTable, kind: K, raw: Record<string, unknown>, at = 5): void => {
  const record = PARSERS[kind](raw);

  table.set(kind, record.meta.id, record, at);
};
const LS = 'longhorn-system';
const replica = (name: string, volumeName: string, nodeID: string): Record<string, unknown> => object(`${ LS }/${ name }`, { spec: { volumeName, nodeID } });

describe('createRecordTable', () => {
  it('keeps records with the time they came, and tells the change', () => {
    const table = createRecordTable();

    put(table, 'longhorn.io.volume', object(`${ LS }/v`), 7);
    expect(table.readAt('longhorn.io.volume', `${ LS }/v`)).toBe(7);
    expect(table.readAt('longhorn.io.volume', 'x')).toBeNull();
    expect(table.readAt('event', 'x')).toBeNull();
    expect(table.count('longhorn.io.volume')).toBe(1);
    expect([...table.ids('longhorn.io.volume')]).toEqual([`${ LS }/v`]);
    const before = table.get('longhorn.io.volume', `${ LS }/v`);

    expect(table.set('longhorn.io.volume', `${ LS }/v`, undefined, 9)).toEqual({ kind: 'longhorn.io.volume', id: `${ LS }/v`, before, after: undefined });
    expect(table.set('longhorn.io.volume', `${ LS }/v`, undefined, 9)).toBeNull();
    expect(table.readAt('longhorn.io.volume', `${ LS }/v`)).toBeNull();
  });

  it('joins replicas, engines and disks without scanning', () => {
    const table = createRecordTable();

    put(table, 'longhorn.io.engine', object(`${ LS }/v-e`, { spec: { volumeName: 'v' } }));
    put(table, 'longhorn.io.enginefrontend', object(`${ LS }/v-ef`, { spec: { volumeName: 'v' } }));
    put(table, 'longhorn.io.instancemanager', object(`${ LS }/im`, { spec: { nodeID: 'n1' } }));
    put(table, 'longhorn.io.node', object(`${ LS }/n1`, { spec: { disks: { nvme0: { path: '/dev/x' } } }, status: { diskStatus: { nvme0: { diskUUID: 'uuid-1' } } } }));
    expect(table.enginesOfVolume('v').map(({ meta }) => meta.name)).toEqual(['v-e']);
    expect(table.frontendsOfVolume('v').map(({ meta }) => meta.name)).toEqual(['v-ef']);
    expect(table.instanceManagersOnNode('n1').map(({ meta }) => meta.name)).toEqual(['im']);
    expect(table.diskByUuid('uuid-1')).toMatchObject({ name: 'nvme0', node: { meta: { name: 'n1' } } });
    expect(table.diskByUuid('')).toBeUndefined();
    put(table, 'longhorn.io.node', object(`${ LS }/n1`, { spec: { disks: {} } }));
    expect(table.diskByUuid('uuid-1')).toBeUndefined();
  });

  it('indexes equal a scan after any sequence of changes', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd');
    const step = fc.record({ id: name, volume: name, node: fc.constantFrom('', 'n1', 'n2'), isRemoval: fc.boolean() });

    fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const table = createRecordTable();

      for (const { id, volume, node, isRemoval } of steps) {
        if (isRemoval) {
          table.set('longhorn.io.replica', `${ LS }/${ id }`, undefined, 1);
        } else {
          put(table, 'longhorn.io.replica', replica(id, volume, node));
        }
        // Read between the steps: lists are made on demand and must not outlive a change.
        table.replicasOfVolume('a');
        table.replicasOnNode('n1');
      }
      const all = [...table.all('longhorn.io.replica')];
      const names = (list: readonly { meta: { name: string } }[]): string[] => list.map(({ meta }) => meta.name).sort();

      for (const volume of ['a', 'b', 'c', 'd']) {
        expect(names(table.replicasOfVolume(volume))).toEqual(names(all.filter((each) => each.volumeName === volume)));
      }
      for (const node of ['n1', 'n2']) {
        expect(names(table.replicasOnNode(node))).toEqual(names(all.filter((each) => each.nodeId === node)));
      }
      expect(table.replicasOnNode('')).toEqual([]);
    }));
  });

  describe('claims and volumes', () => {
    const volume = (name: string, claim: string): Record<string, unknown> => object(`${ LS }/${ name }`, { status: { kubernetesStatus: { pvName: name, namespace: 'default', pvcName: claim } } });
    const claim = (name: string, volumeName: string): Record<string, unknown> => object(`default/${ name }`, { spec: { volumeName } });

    it('finds each from the other', () => {
      const table = createRecordTable();

      put(table, 'longhorn.io.volume', volume('pvc-1', 'disk'));
      put(table, 'persistentvolumeclaim', claim('disk', 'pvc-1'));
      expect(table.claimOfVolume('pvc-1')?.meta.id).toBe('default/disk');
      expect(table.volumeOfClaim('default/disk')?.meta.name).toBe('pvc-1');
    });

    it('does not take a new claim for the one a volume remembers', () => {
      const table = createRecordTable();

      put(table, 'longhorn.io.volume', volume('pvc-old', 'disk'));
      put(table, 'persistentvolumeclaim', claim('disk', 'pvc-new'));
      expect(table.claimOfVolume('pvc-old')).toBeUndefined();
      expect(table.volumeOfClaim('default/disk')).toBeUndefined();
    });

    it('uses the PV where volume and PV names differ', () => {
      const table = createRecordTable();

      put(table, 'longhorn.io.volume', object(`${ LS }/restored`));
      put(table, 'persistentvolume', object('pv-1', { spec: { csi: { driver: 'driver.longhorn.io', volumeHandle: 'restored' } } }));
      put(table, 'persistentvolumeclaim', claim('disk', 'pv-1'));
      expect(table.claimOfVolume('restored')?.meta.id).toBe('default/disk');
      expect(table.volumeOfClaim('default/disk')?.meta.name).toBe('restored');
    });

    it('falls back to what the volume says where claims cannot be read', () => {
      const table = createRecordTable();

      put(table, 'longhorn.io.volume', volume('pvc-1', 'disk'));
      expect(table.volumeOfClaim('default/disk')?.meta.name).toBe('pvc-1');
      expect(table.claimOfVolume('pvc-1')).toBeUndefined();
    });

    it('finds the machines and the clones of a claim', () => {
      const table = createRecordTable();

      put(table, 'kubevirt.io.virtualmachine', object('default/vm', { spec: { template: { spec: { domain: { devices: { disks: [{ name: 'd0', disk: { bus: 'virtio' } }] } }, volumes: [{ name: 'd0', persistentVolumeClaim: { claimName: 'disk' } }] } } } }));
      put(table, 'cdi.kubevirt.io.datavolume', object('default/copy', { spec: { source: { pvc: { namespace: 'default', name: 'disk' } } } }));
      expect(table.machinesOfClaim('default/disk').map(({ meta }) => meta.id)).toEqual(['default/vm']);
      expect(table.clonesOfClaim('default/disk').map(({ meta }) => meta.id)).toEqual(['default/copy']);
    });
  });
});
