import { describe, expect, it } from 'vitest';
import { parseKubeNode } from './kube-node';
import { effectiveValue, parseHarvesterSetting } from './setting';
import { findBootDisk, parseVirtualMachine } from './virtual-machine';
import { parseVirtualMachineInstance } from './virtual-machine-instance';

function machine(disks: unknown[], volumes: unknown[], templates = '[]') {
  return parseVirtualMachine({
    metadata: { name: 'vm1', namespace: 'default', annotations: { 'harvesterhci.io/volumeClaimTemplates': templates } },
    spec: { runStrategy: 'RerunOnFailure', template: { spec: { domain: { devices: { disks } }, volumes } } },
    status: { printableStatus: 'Running', ready: true }
  });
}

describe('parseVirtualMachine', () => {
  it('joins disks to claims', () => {
    const vm = machine(
      [{ name: 'disk-0', disk: { bus: 'virtio' }, bootOrder: 1 }, { name: 'cloudinitdisk', disk: { bus: 'virtio' } }],
      [{ name: 'disk-0', persistentVolumeClaim: { claimName: 'vm1-disk-0-abcde' } }, { name: 'cloudinitdisk', cloudInitNoCloud: {} }]
    );

    expect(vm.disks).toEqual([
      { name: 'disk-0', type: 'disk', bus: 'virtio', bootOrder: 1, claimName: 'vm1-disk-0-abcde', isHotplugged: false },
      { name: 'cloudinitdisk', type: 'disk', bus: 'virtio', bootOrder: null, claimName: '', isHotplugged: false }
    ]);
    expect(vm.isReady).toBe(true);
  });

  it('reads the claim templates, and none from unparsable text', () => {
    const text = JSON.stringify([{ metadata: { name: 'c', annotations: { 'harvesterhci.io/imageId': 'default/i' } }, spec: { storageClassName: 'longhorn-v2', resources: { requests: { storage: '10Gi' } } } }]);

    expect(machine([], [], text).claimTemplates).toEqual([{ name: 'c', imageId: 'default/i', storageClassName: 'longhorn-v2', storage: 10 * 2 ** 30 }]);
    expect(machine([], [], '[{').claimTemplates).toEqual([]);
  });
});

describe('findBootDisk', () => {
  const volume = (name: string) => ({ name, persistentVolumeClaim: { claimName: `claim-${name}` } });

  it('goes by boot order, not by position', () => {
    const vm = machine([{ name: 'data', disk: {}, bootOrder: 2 }, { name: 'root', disk: {}, bootOrder: 1 }], [volume('data'), volume('root')]);

    expect(findBootDisk(vm)?.name).toBe('root');
  });

  it('prefers the blank disk of an ISO install to the CD-ROM', () => {
    const vm = machine([{ name: 'cd', cdrom: { bus: 'sata' }, bootOrder: 1 }, { name: 'root', disk: {}, bootOrder: 2 }], [volume('cd'), volume('root')]);

    expect(findBootDisk(vm)?.name).toBe('root');
  });

  it('is nothing for a machine without claims', () => {
    expect(findBootDisk(machine([{ name: 'c', disk: {} }], [{ name: 'c', containerDisk: {} }]))).toBeUndefined();
  });
});

describe('parseVirtualMachineInstance', () => {
  it('keeps migration and volume status', () => {
    const vmi = parseVirtualMachineInstance({
      metadata: { name: 'vm1', namespace: 'default' },
      status: {
        phase: 'Running', nodeName: 'node1',
        migrationState: { sourceNode: 'node1', targetNode: 'node2', completed: true, startTimestamp: '2026-08-20T10:00:00Z' },
        volumeStatus: [{ name: 'd1', phase: 'AttachedToNode', hotplugVolume: {}, persistentVolumeClaimInfo: { claimName: 'c' } }]
      }
    });

    expect(vmi.migration).toMatchObject({ targetNode: 'node2', isCompleted: true, isFailed: false, startedAt: Date.parse('2026-08-20T10:00:00Z') });
    expect(vmi.volumeStatus[0]).toMatchObject({ claimName: 'c', isHotplugged: true });
    expect(parseVirtualMachineInstance({}).migration).toBeNull();
  });
});

describe('parseKubeNode', () => {
  it('reads what decides whether v2 can run there', () => {
    const node = parseKubeNode({
      metadata: { name: 'n', labels: { 'node.longhorn.io/disable-v2-data-engine': 'true', 'node-role.harvesterhci.io/witness': 'true' } },
      spec: { unschedulable: true },
      status: { capacity: { 'hugepages-2Mi': '2Gi' }, conditions: [{ type: 'Ready', status: 'Unknown' }] }
    });

    expect(node).toMatchObject({ isV2Disabled: true, isWitness: true, isCordoned: true, isReady: false, hugepages: 2 ** 31 });
  });

  it('does not call a node ready that has not said so', () => {
    expect(parseKubeNode({ metadata: { name: 'n' } })).toMatchObject({ isReady: null, hugepages: null });
  });
});

describe('parseHarvesterSetting', () => {
  it('falls back to the default', () => {
    expect(effectiveValue(parseHarvesterSetting({ metadata: { name: 's' }, default: 'false' }))).toBe('false');
    expect(effectiveValue(parseHarvesterSetting({ metadata: { name: 's' }, value: 'true', default: 'false' }))).toBe('true');
  });
});
