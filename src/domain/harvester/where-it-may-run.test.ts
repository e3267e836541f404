import { describe, expect, it } from 'vitest';
import { parseVirtualMachineInstance } from './virtual-machine-instance';

const tiesOf = (spec: object) => parseVirtualMachineInstance({ metadata: { name: 'vm', namespace: 'default' }, spec }).ties;

describe('what ties a running machine to its node', () => {
  it('is nothing for a plain one', () => {
    expect(tiesOf({})).toEqual({ hasNodeSelector: false, hasHostDevices: false, hasMedia: false, nodeTerms: null });
    expect(tiesOf({ nodeSelector: {}, domain: { devices: { hostDevices: [], disks: [{ disk: {} }] } }, volumes: [{ persistentVolumeClaim: {} }] })).toEqual({ hasNodeSelector: false, hasHostDevices: false, hasMedia: false, nodeTerms: null });
  });
  it('is a selector, or a device of the host', () => {
    expect(tiesOf({ nodeSelector: { 'kubernetes.io/hostname': 'node-1' } }).hasNodeSelector).toBe(true);
    expect(tiesOf({ domain: { devices: { hostDevices: [{ name: 'gpu' }] } } }).hasHostDevices).toBe(true);
  });
  it('is one medium among its disks, or one container disk among its volumes', () => {
    expect(tiesOf({ domain: { devices: { disks: [{ disk: {} }, { cdrom: {} }] } } }).hasMedia).toBe(true);
    expect(tiesOf({ volumes: [{ persistentVolumeClaim: {} }, { containerDisk: {} }] }).hasMedia).toBe(true);
  });
  it('is the required affinity, labels and fields apart; what is only preferred is not', () => {
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a', 'b'] }], matchFields: [{ key: 'metadata.name', operator: 'NotIn', values: ['node-9'] }] }, {}] } } };
    expect(tiesOf({ affinity }).nodeTerms).toEqual([[{ key: 'zone', operator: 'In', values: ['a', 'b'], isField: false }, { key: 'metadata.name', operator: 'NotIn', values: ['node-9'], isField: true }], []]);
    expect(tiesOf({ affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1 }] } } }).nodeTerms).toBeNull();
  });
});
