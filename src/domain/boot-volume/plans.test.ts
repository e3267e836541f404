import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseImage } from '../harvester/image';
import { parseStorageClass } from '../harvester/storage-class';
import { parseVersion } from '../harvester/version';
import { GIB } from '../kube/sizes';
import { rawCluster } from '../testing/raw-cluster';
import { classifyStorageClass } from './classes';
import { planCloudInitSecret } from './cloud-init';
import { planStorageClass, suggestClass } from './plan-class';
import { planBootImage, suggestImageName } from './plan-image';
import type { ImageChoice } from './plan-image';
import { planBootMachine } from './plan-machine';
import type { MachineChoice } from './plan-machine';
import { rawClass, rawImage } from './testing/cluster';
import type { BootClass } from './types';

const empty = rawCluster([]);
const classOf = (name: string, parameters: Record<string, string> = {}): BootClass => classifyStorageClass(empty, parseStorageClass(rawClass(name, parameters)));

function imageChoice(change: Partial<ImageChoice> = {}): ImageChoice {
  return {
    namespace: 'default', displayName: 'jammy.img', description: '', osType: 'ubuntu', takenNames: [],
    source: { type: 'download', url: 'https://example.com/jammy.img', checksum: '' },
    target: { type: 'boot-volume', bootClass: classOf('longhorn-v2') }, ...change
  };
}

function machineChoice(change: Partial<MachineChoice> = {}): MachineChoice {
  return {
    namespace: 'default', name: 'vm1', instances: 1, cores: 2, memory: 4 * GIB, image: parseImage(rawImage()), bootClass: null, plainClassName: '',
    rootSize: 10 * GIB, extraDisks: [], sshKey: '', userData: '', startAfterCreate: true, takenNames: [], ...change
  };
}

describe('planBootImage', () => {
  it('posts what Harvester expects of a download', () => {
    expect(planBootImage(imageChoice()).body).toMatchObject({
      type: 'harvesterhci.io.virtualmachineimage',
      metadata: { namespace: 'default', generateName: 'image-', annotations: { 'harvesterhci.io/storageClassName': 'longhorn-v2' }, labels: { 'harvesterhci.io/os-type': 'ubuntu', 'harvesterhci.io/image-type': 'raw_qcow2' } },
      spec: { backend: 'cdi', displayName: 'jammy.img', sourceType: 'download', url: 'https://example.com/jammy.img', targetStorageClassName: 'longhorn-v2', retry: 3 }
    });
  });

  it('leaves the url empty and names the file for an upload', () => {
    const { body } = planBootImage(imageChoice({ source: { type: 'upload', fileName: 'win.iso', fileSize: 10 } }));

    expect(body).toMatchObject({ spec: { sourceType: 'upload', url: '' }, metadata: { annotations: { 'harvesterhci.io/image-name': 'win.iso' }, labels: { 'harvesterhci.io/image-type': 'iso' } } });
  });

  it.each([
    ['name-required', imageChoice({ displayName: '' })],
    ['name-not-label', imageChoice({ displayName: 'my image (1)' })],
    ['name-too-long', imageChoice({ displayName: 'a'.repeat(64) })],
    ['name-taken', imageChoice({ takenNames: ['jammy.img'] })],
    ['url-required', imageChoice({ source: { type: 'download', url: ' ', checksum: '' } })],
    ['url-invalid', imageChoice({ source: { type: 'download', url: 'ftp://example.com/a', checksum: '' } })],
    ['checksum-not-sha512', imageChoice({ source: { type: 'download', url: 'https://example.com/a', checksum: 'abc' } })],
    ['file-required', imageChoice({ source: { type: 'upload', fileName: '', fileSize: null } })],
    ['class-required', imageChoice({ target: { type: 'boot-volume', bootClass: null } })],
    ['class-needs-option', imageChoice({ target: { type: 'plain', storageClass: parseStorageClass(rawClass('longhorn-v2')) } })]
  ])('%s', (code, choice) => {
    expect(planBootImage(choice)).toMatchObject({ body: null, problems: [{ code }] });
  });
});

describe('suggestImageName', () => {
  it.each([
    ['https://example.com/a/ubuntu-24.04%20(1).img?token=x', 'ubuntu-24.04-1-.img'],
    ['C image.qcow2', 'C-image.qcow2'],
    ['https://example.com/%E0%A4%A', 'E0-A4-A'],
    [`${'x'.repeat(80)}.img`, 'x'.repeat(63)]
  ])('%s', (from, to) => {
    expect(suggestImageName(from)).toBe(to);
  });

  it('always gives a name that the server takes, or none', { timeout: 30_000 }, () => {
    fc.assert(fc.property(fc.webUrl(), fc.string(), (url, tail) => {
      const name = suggestImageName(`${url}/${tail}`);

      expect(name === '' || (name.length <= 63 && /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(name))).toBe(true);
    }));
  });
});

interface Posted {
  metadata: { name: string; annotations: Record<string, string> };
  spec: { template: { spec: { volumes: Record<string, unknown>[]; domain: { devices: { disks: Record<string, unknown>[] } } } } };
}

const claimsOf = (body: unknown) => JSON.parse((body as Posted).metadata.annotations['harvesterhci.io/volumeClaimTemplates'] ?? '') as { metadata: { name: string; annotations: Record<string, string> }; spec: { storageClassName: string; accessModes: string[]; resources: { requests: { storage: string } } } }[];

describe('planBootMachine', () => {
  it('writes claim, disk and boot order as Harvester\'s own form', () => {
    const { machines } = planBootMachine(machineChoice(), () => 'x7k2p');
    const body = machines[0]?.body as unknown as Posted;

    expect(claimsOf(body)).toEqual([{
      metadata: { name: 'vm1-disk-0-x7k2p', annotations: { 'harvesterhci.io/imageId': 'default/image-x7k2p' } },
      spec: { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '10Gi' } }, volumeMode: 'Block', storageClassName: 'longhorn-v2' }
    }]);
    expect(body.spec.template.spec.volumes).toEqual([{ name: 'disk-0', persistentVolumeClaim: { claimName: 'vm1-disk-0-x7k2p' } }]);
    expect(body.spec.template.spec.domain.devices.disks).toEqual([{ name: 'disk-0', disk: { bus: 'virtio' }, bootOrder: 1 }]);
    expect(JSON.stringify(body)).not.toContain('dataVolume');
  });

  it('puts an ISO on a CD-ROM beside a blank disk of the chosen class, RWO when that can\'t migrate', () => {
    const iso = parseImage(rawImage({ displayName: 'win.iso' }));
    const { machines } = planBootMachine(machineChoice({ image: iso, bootClass: classOf('old', { migratable: 'false' }) }), () => 'abcde');
    const [cdrom, root] = claimsOf(machines[0]?.body);

    expect(cdrom).toMatchObject({ metadata: { annotations: { 'harvesterhci.io/imageId': 'default/image-x7k2p' } }, spec: { storageClassName: 'longhorn-v2' } });
    expect(root).toMatchObject({ metadata: { annotations: {} }, spec: { storageClassName: 'old', accessModes: ['ReadWriteOnce'] } });
  });

  it('numbers several instances, each with its own claim', () => {
    const { machines } = planBootMachine(machineChoice({ instances: 3 }), index => `s${index}`);

    expect(machines.map(machine => machine.name)).toEqual(['vm1-01', 'vm1-02', 'vm1-03']);
    expect(new Set(machines.map(machine => claimsOf(machine.body)[0]?.metadata.name)).size).toBe(3);
  });

  it('merges the key into the user data', () => {
    const { machines } = planBootMachine(machineChoice({ sshKey: 'ssh-ed25519 AAAAC3Nz me@host', userData: '#cloud-config\npackages: [htop]\n' }), () => 'abcde');

    expect(machines[0]?.cloudInit?.userData).toBe('#cloud-config\npackages: [htop]\nssh_authorized_keys:\n  - ssh-ed25519 AAAAC3Nz me@host\n');
    expect(JSON.stringify(machines[0]?.body), 'nothing of it is readable on the VM').not.toContain('htop');
  });

  it('hands user data over in a secret that the VM owns, however long', () => {
    const userData = `#cloud-config\npassword: geheim\n# ${'ü'.repeat(3000)}\n`;
    const [machine] = planBootMachine(machineChoice({ userData }), () => 'abcde').machines;
    const volume = (machine?.body as unknown as Posted).spec.template.spec.volumes.find(entry => entry.name === 'cloudinitdisk');

    expect(volume).toEqual({ name: 'cloudinitdisk', cloudInitNoCloud: { secretRef: { name: 'vm1-abcde' }, networkDataSecretRef: { name: 'vm1-abcde' } } });
    const secret = planCloudInitSecret('default', machine?.cloudInit?.secretName ?? '', machine?.cloudInit?.userData ?? '', { name: 'vm1', uid: 'uid-1' }) as unknown as { data: Record<string, string> };

    expect(secret).toMatchObject({
      kind: 'Secret',
      metadata: { namespace: 'default', name: 'vm1-abcde', labels: { 'harvesterhci.io/cloud-init-template': 'harvester' }, ownerReferences: [{ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', name: 'vm1', uid: 'uid-1' }] }
    });
    expect(Buffer.from(secret.data.userdata ?? '', 'base64').toString('utf8')).toBe(userData.trimEnd());
    expect(planBootMachine(machineChoice(), () => 'abcde').machines[0]?.cloudInit).toBeNull();
  });

  it('puts extra disks beside the root disk, with the modes that their class can have', () => {
    const { machines } = planBootMachine(machineChoice({ extraDisks: [{ bootClass: classOf('fast'), size: 20 * GIB }, { bootClass: classOf('old', { migratable: 'false' }), size: 1.5 * GIB }] }), () => 'abcde');
    const [, first, second] = claimsOf(machines[0]?.body);

    expect(first).toMatchObject({ metadata: { name: 'vm1-disk-1-abcde', annotations: {} }, spec: { storageClassName: 'fast', accessModes: ['ReadWriteMany'], resources: { requests: { storage: '20Gi' } } } });
    expect(second).toMatchObject({ spec: { storageClassName: 'old', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } } } });
    expect((machines[0]?.body as unknown as Posted).spec.template.spec.domain.devices.disks.map(disk => disk.bootOrder)).toEqual([1, 2, 3]);
  });

  it.each([
    ['class-needs-cdi-image', { image: parseImage(rawImage({ backend: 'backingimage' })), bootClass: classOf('longhorn-v2') }],
    ['class-refused', { bootClass: classOf('secret', { encrypted: 'true' }) }],
    ['class-refused', { extraDisks: [{ bootClass: classOf('secret', { encrypted: 'true' }), size: GIB }] }],
    ['class-required', { extraDisks: [{ bootClass: null, size: GIB }] }],
    ['size-required', { extraDisks: [{ bootClass: classOf('fast'), size: 0 }] }],
    ['class-required', { image: parseImage(rawImage({ displayName: 'a.iso' })) }],
    ['image-required', { image: null }],
    ['name-not-dns', { name: 'VM 1' }],
    ['name-taken', { instances: 2, takenNames: ['vm1-02'] }],
    ['instances-range', { instances: 0 }],
    ['ssh-key-invalid', { sshKey: 'hello' }],
    ['ssh-key-not-mergeable', { sshKey: 'ssh-ed25519 AAAA', userData: '#!/bin/sh' }],
    ['user-data-too-long', { userData: `#cloud-config\n${'a'.repeat(2 ** 20)}` }]
  ] as [string, Partial<MachineChoice>][])('%s', (code, change) => {
    const plan = planBootMachine(machineChoice(change), () => 'abcde');

    expect(plan.machines).toEqual([]);
    expect(plan.problems.map(problem => problem.code)).toContain(code);
  });
});

describe('planStorageClass', () => {
  const choice = suggestClass(2, ['longhorn-v2-r2']);

  it('starts from what the cluster can hold, under a free name', () => {
    expect(choice).toMatchObject({ name: 'longhorn-v2-r2-2', replicas: 2, isMigratable: true });
    expect(suggestClass(0, []).replicas).toBe(1);
    expect(suggestClass(12, []).replicas).toBe(3);
  });

  it('writes the version\'s own clone strategy, and no annotation on 1.5', () => {
    const strategyOn = (version: string) => (planStorageClass(choice, parseVersion(version)).body as { metadata: { annotations: Record<string, string> } }).metadata.annotations['cdi.harvesterhci.io/storageProfileCloneStrategy'];

    expect(strategyOn('v1.5.2')).toBeUndefined();
    expect(strategyOn('v1.8.2')).toBe('copy');
    expect(strategyOn('v1.9.0')).toBe('csi-clone');
  });

  it('gives a class that is offered', () => {
    const { body } = planStorageClass({ ...choice, diskSelector: ['nvme'] }, parseVersion('v1.8.2'));
    const entry = classifyStorageClass(empty, parseStorageClass(body ?? {}));

    expect(entry).toMatchObject({ refusal: null, isMigratable: true, replicas: 2, diskSelector: ['nvme'] });
  });

  it.each([['name-taken', { name: 'a' }], ['name-not-dns', { name: 'A b' }], ['name-required', { name: '' }], ['replicas-range', { replicas: 4 }]])('%s', (code, change) => {
    expect(planStorageClass({ ...choice, ...change }, null, ['a'])).toMatchObject({ body: null, problems: [{ code }] });
  });
});
