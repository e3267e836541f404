import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseImage } from '../harvester/image';
import { parseStorageClass } from '../harvester/storage-class';
import { parseVersion } from '../harvester/version';
import { parseQuantity } from '../kube/quantities';
import { GIB } from '../kube/sizes';
import { rawCluster } from '../testing/raw-cluster';
import { classifyStorageClass } from './classes';
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
    rootSize: 10 * GIB, sshKey: '', userData: '', startAfterCreate: true, takenNames: [], ...change
  };
}

const anyClass = fc.record({
  dataEngine: fc.constantFrom('v1', 'v2', ''), encrypted: fc.constantFrom('true', 'false', 'True'), backingImage: fc.constantFrom('', 'vmi-1'),
  'dataLayout.type': fc.constantFrom('', 'sharded'), migratable: fc.constantFrom('true', 'false'), numberOfReplicas: fc.constantFrom('1', '2', '3')
}).chain(parameters => fc.constantFrom('longhorn-v2', 'longhorn-static', 'vmstate-persistence', 'fast').map(name => classOf(name, parameters)));

describe('planBootImage', () => {
  it('names the class in backend, annotation and target alike, and never a refused one', () => {
    fc.assert(fc.property(anyClass, fc.boolean(), (bootClass, isOn) => {
      const { body, problems } = planBootImage(imageChoice({
        target: isOn ? { type: 'boot-volume', bootClass } : { type: 'plain', storageClassName: bootClass.name }
      }));

      if (body === null) {
        expect(isOn && bootClass.refusal !== null).toBe(true);
        expect(problems.map(problem => problem.code)).toEqual(['class-refused']);

        return;
      }

      const posted = body as { spec: Record<string, string>; metadata: { annotations: Record<string, string> } };

      expect(posted.spec.backend).toBe(isOn ? 'cdi' : 'backingimage');
      expect(posted.spec.targetStorageClassName).toBe(bootClass.name);
      expect(posted.metadata.annotations['harvesterhci.io/storageClassName']).toBe(bootClass.name);

      if (isOn) {
        const { parameters } = bootClass.record;

        expect(parameters).toMatchObject({ dataEngine: 'v2' });
        expect([parameters.encrypted, parameters.backingImage, parameters['dataLayout.type']]).toEqual(['false', '', '']);
        expect(['longhorn-static', 'vmstate-persistence']).not.toContain(bootClass.name);
      }
    }));
  });

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
    ['class-required', imageChoice({ target: { type: 'boot-volume', bootClass: null } })]
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

  it('always gives a name that the server takes, or none', () => {
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
  it('never makes a disk below the image\'s virtual size, and always whole GiB', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 200 * GIB }), fc.integer({ min: 1, max: 200 * GIB }), (virtualSize, rootSize) => {
      const plan = planBootMachine(machineChoice({ image: parseImage(rawImage({}, { virtualSize })), rootSize }), () => 'abcde');

      if (rootSize < virtualSize) {
        expect(plan).toMatchObject({ machines: [], problems: [{ field: 'size', code: 'size-below-image' }] });

        return;
      }

      const storage = claimsOf(plan.machines[0]?.body)[0]?.spec.resources.requests.storage ?? '';

      expect(storage).toMatch(/^\d+Gi$/);
      expect(parseQuantity(storage)).toBeGreaterThanOrEqual(Math.max(virtualSize, rootSize));
    }));
  });

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

    expect(JSON.stringify(machines[0]?.body)).toContain('#cloud-config\\npackages: [htop]\\nssh_authorized_keys:\\n  - ssh-ed25519 AAAAC3Nz me@host\\n');
  });

  it.each([
    ['class-needs-cdi-image', { image: parseImage(rawImage({ backend: 'backingimage' })), bootClass: classOf('longhorn-v2') }],
    ['class-refused', { bootClass: classOf('secret', { encrypted: 'true' }) }],
    ['class-required', { image: parseImage(rawImage({ displayName: 'a.iso' })) }],
    ['image-required', { image: null }],
    ['name-not-dns', { name: 'VM 1' }],
    ['name-taken', { instances: 2, takenNames: ['vm1-02'] }],
    ['instances-range', { instances: 0 }],
    ['ssh-key-invalid', { sshKey: 'hello' }],
    ['ssh-key-not-mergeable', { sshKey: 'ssh-ed25519 AAAA', userData: '#!/bin/sh' }],
    ['user-data-too-long', { userData: `#cloud-config\n${'a'.repeat(2048)}` }]
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
