import { describe, expect, it } from 'vitest';
import { parseImage } from '../harvester/image';
import { parsePersistentVolumeClaim } from '../harvester/persistent-volume-claim';
import { parseStorageClass } from '../harvester/storage-class';
import { parseVersion } from '../harvester/version';
import { GIB } from '../kube/sizes';
import type { RawObject } from '../kube/types';
import { rawCluster } from '../testing/raw-cluster';
import { Expected } from '../testing/told';
import { assumeBootClass, classifyStorageClass } from './classes';
import { checkUserData, cloudInitVolume, composeUserData, planCloudInitSecret } from './cloud-init';
import { planExport, planReimport, planTemporaryClaim, suggestConvertedName, wayOfConversion } from './conversion';
import { noteBootImage, noteBootMachine } from './notes';
import { planStorageClass, suggestClass } from './plan-class';
import { planBootImage, suggestImageName } from './plan-image';
import type { ImageChoice } from './plan-image';
import { instanceNames, planBootMachine, rootClassName } from './plan-machine';
import type { MachineChoice } from './plan-machine';
import { listExportTargets, planExpansion, planVolumeExport } from './plan-volume';
import { rawClass, rawImage, rawNode, rawReadyCluster } from './testing/cluster';
import { tellNotes, tellPlan, tellProblems } from './testing/told';
import type { BootClass } from './types';

const empty = rawCluster([]);
const classOf = (name: string, parameters: Record<string, string> = {}): BootClass => classifyStorageClass(empty, parseStorageClass(rawClass(name, parameters)));
const v2 = classOf('longhorn-v2');
const secret = classOf('secret', { encrypted: 'true' });

function image(change: Partial<ImageChoice> = {}): ImageChoice {
  return { namespace: 'default', displayName: 'jammy.img', description: 'Ubuntu', osType: 'ubuntu', takenNames: [], source: { type: 'download', url: ' https://example.com/jammy.img ', checksum: ` ${'aB'.repeat(64)} ` }, target: { type: 'boot-volume', bootClass: v2 }, ...change };
}

function machine(change: Partial<MachineChoice> = {}): MachineChoice {
  return { namespace: 'default', name: 'vm1', instances: 1, cores: 2, memory: 4 * GIB, image: parseImage(rawImage()), bootClass: null, plainClassName: '', rootSize: 10 * GIB, extraDisks: [], sshKey: '', userData: '', startAfterCreate: true, takenNames: [], ...change };
}

const download = (url: string, checksum = ''): Partial<ImageChoice> => ({ source: { type: 'download', url, checksum } });
const upload = (fileName: string, fileSize: number | null): Partial<ImageChoice> => ({ source: { type: 'upload', fileName, fileSize } });
const from = (pvcNamespace: string, pvcName: string): Partial<ImageChoice> => ({ source: { type: 'export-from-volume', pvcNamespace, pvcName } });
const iso = parseImage(rawImage({ displayName: 'win.iso' }));
const KEY = 'ssh-ed25519 AAAAC3Nz me@host';
const tellMachines = (choice: MachineChoice) => {
  const plan = planBootMachine(choice, index => `s${String(index)}`);

  return plan.machines.length === 0 ? `nothing to post\n${tellProblems(plan.problems)}` : plan.machines.map(each => [each.name, JSON.stringify(each.body, null, 2).replace(/"\[\{\\"metadata.*\]"/, text => JSON.stringify(JSON.parse(JSON.parse(text) as string), null, 2)), each.cloudInit === null ? 'no user data' : `user data in ${each.cloudInit.secretName}: ${JSON.stringify(each.cloudInit.userData)}`].join('\n')).join('\n');
};

describe('what is posted, in full', () => {
  const expected = new Expected(new URL('./testing/expected/plans.txt', import.meta.url));
  const cases: readonly (readonly [name: string, told: () => string])[] = [
    ['an image that is downloaded', () => tellPlan(planBootImage(image()))],
    ['an image that is uploaded', () => tellPlan(planBootImage(image({ ...upload('jammy.qcow2', null), osType: '' })))],
    ['an ISO that is uploaded', () => tellPlan(planBootImage(image(upload('WIN.ISO', 5))))],
    ['an ISO with a token in its URL', () => tellPlan(planBootImage(image(download('https://example.com/win.iso?token=x'))))],
    ['an image of a volume', () => tellPlan(planBootImage(image({ ...from('erp', 'disk-0'), displayName: 'a.iso' })))],
    ['an image with the option off', () => tellPlan(planBootImage(image({ target: { type: 'plain', storageClass: parseStorageClass(rawClass('old', { dataEngine: 'v1' })) } })))],
    ['an image with the option off, and no class', () => tellPlan(planBootImage(image({ target: { type: 'plain', storageClass: null } })))],
    ['a VM', () => tellMachines(machine())],
    ['a VM that is not started, with half a GiB', () => tellMachines(machine({ startAfterCreate: false, memory: GIB / 2, cores: 1 }))],
    ['a VM on another class, with key and disks', () => tellMachines(machine({ bootClass: v2, sshKey: KEY, userData: '#cloud-config\npackages: [htop]\n', extraDisks: [{ bootClass: v2, size: 1.5 * GIB }, { bootClass: classOf('old', { migratable: 'false' }), size: 20 * GIB }] }))],
    ['two VMs from an ISO, on the default', () => tellMachines(machine({ instances: 2, image: iso, plainClassName: 'harvester-longhorn' }))],
    ['a VM from an ISO, on a v2 class', () => tellMachines(machine({ image: iso, bootClass: classOf('old', { migratable: 'false' }) }))],
    ['a VM from an ISO of no known size', () => tellMachines(machine({ image: parseImage(rawImage({ displayName: 'win.iso' }, { virtualSize: undefined, size: undefined })), bootClass: v2 }))],
    ['the secret with user data', () => JSON.stringify(planCloudInitSecret('default', 'vm1-s0', 'p: ü', { name: 'vm1', uid: 'uid-1' }), null, 2)],
    ['the volume of the secret', () => JSON.stringify(cloudInitVolume('vm1-s0'))],
    ['a class on 1.9, with tags', () => tellPlan(planStorageClass({ name: 'fast', replicas: 2, isMigratable: true, nodeSelector: ['a', 'b'], diskSelector: ['nvme'] }, parseVersion('v1.9.0')))],
    ['a class on 1.5, not migratable', () => tellPlan(planStorageClass({ name: 'fast', replicas: 1, isMigratable: false, nodeSelector: [], diskSelector: [] }, parseVersion('v1.5.2')))],
    ['a class on a version nobody knows', () => tellPlan(planStorageClass(suggestClass(null, []), null))],
    ['an image imported again', () => tellPlan(planReimport(parseImage(rawImage({ backend: 'backingimage', description: 'old' }, {}, { labels: { 'harvesterhci.io/os-type': 'debian' } })), v2, 'jammy-v2', []))],
    ['an image imported again, without labels', () => tellPlan(planReimport(parseImage(rawImage({ backend: 'backingimage' })), v2, 'jammy-v2', []))],
    ['an image imported again, under a name that is taken', () => tellPlan(planReimport(parseImage(rawImage({ backend: 'backingimage' })), v2, 'jammy-v2', ['jammy-v2']))],
    ['a temporary volume', () => JSON.stringify(planTemporaryClaim(parseImage(rawImage({ backend: 'backingimage' }))), null, 2)],
    ['a temporary volume of an image whose virtual size nobody knows', () => JSON.stringify(planTemporaryClaim(parseImage(rawImage({ backend: 'backingimage' }, { virtualSize: undefined }))))],
    ['a temporary volume of an image of no size', () => JSON.stringify(planTemporaryClaim(parseImage(rawImage({ backend: 'backingimage' }, { virtualSize: undefined, size: undefined }, { name: 'x'.repeat(80) }))))],
    ['the export of a temporary volume', () => JSON.stringify(planExport(parseImage(rawImage()), v2, 'jammy-v2'))]
  ];

  it.each(cases)('%s', (name, tell) => {
    const told = tell();

    expect(told).toBe(expected.of(name, told));
  });
  it('is no more than the file expects', () => { expect(expected.unused()).toEqual([]); });
});

describe('what stands against an image', () => {
  const problem = (change: Partial<ImageChoice>) => tellProblems(planBootImage(image(change)).problems);
  const LONG = 'a'.repeat(64);

  it.each<[string, Partial<ImageChoice>]>([
    ['no problem', {}], ['namespace: namespace-required', { namespace: '', displayName: '' }], ['name: name-required', { displayName: '' }], [`name: name-too-long length=64`, { displayName: LONG }], ['no problem', { displayName: 'a'.repeat(63) }],
    ['name: name-not-label suggestion=my-image-1', { displayName: 'my image (1)' }], ['name: name-not-label suggestion=a', { displayName: 'a-' }], ['name: name-not-label suggestion=a', { displayName: '-a' }], ['no problem', { displayName: 'a' }],
    ['name: name-taken name=jammy.img', { takenNames: ['x', 'jammy.img'] }], ['no problem', { takenNames: null }],
    ['url: url-required', download('  ')], ['url: url-invalid', download('ftp://example.com/a')], ['url: url-invalid', download('example.com')], ['no problem', download('http://example.com/a')],
    ['checksum: checksum-not-sha512', download('https://example.com/a', 'a'.repeat(127))], ['checksum: checksum-not-sha512', download('https://example.com/a', 'a'.repeat(129))], ['checksum: checksum-not-sha512', download('https://example.com/a', `${'a'.repeat(127)}g`)], ['no problem', download('https://example.com/a', 'A'.repeat(128))], ['no problem', download('https://example.com/a', ' ')],
    ['file: file-required', upload('', 5)], ['file: file-empty', upload('a', 0)], ['no problem', upload('a', null)], ['volume: volume-required', from('', 'a')], ['volume: volume-required', from('a', '')], ['no problem', from('a', 'b')],
    ['class: class-required', { target: { type: 'boot-volume', bootClass: null } }], ['class: class-refused name=secret', { target: { type: 'boot-volume', bootClass: secret } }], ['class: class-needs-option name=longhorn-v2', { target: { type: 'plain', storageClass: v2.record } }],
    ['class: class-needs-option name=local', { target: { type: 'plain', storageClass: parseStorageClass({ ...rawClass('local'), provisioner: 'rancher.io/local-path' }) } }],
    ['name: name-required\nurl: url-required\nclass: class-required', { displayName: '', ...download(''), target: { type: 'boot-volume', bootClass: null } }]
  ])('%s (%#)', (told, change) => { expect(problem(change)).toBe(told); });
});

describe('what stands against VMs', () => {
  const problem = (change: Partial<MachineChoice>) => tellProblems(planBootMachine(machine(change), () => 'x').problems);
  const v1 = parseImage(rawImage({ backend: 'backingimage' }));
  const classless = (own: RawObject = {}) => parseImage(rawImage({ targetStorageClassName: '', ...own }, { storageClassName: '' }));

  it.each<[string, Partial<MachineChoice>]>([
    ['no problem', {}], ['namespace: namespace-required', { namespace: '' }], ['name: name-required', { name: '' }], ['name: name-not-dns', { name: 'VM 1' }], ['name: name-taken name=vm1', { takenNames: ['vm1'] }], ['no problem', { takenNames: null }],
    ['name: name-taken name=vm1-02', { instances: 2, takenNames: ['vm1', 'vm1-02'] }], ['name: name-not-dns', { instances: 2, name: 'a'.repeat(62) }], ['no problem', { name: 'a'.repeat(62) }],
    ['instances: instances-range limit=100', { instances: 0 }], ['instances: instances-range limit=100', { instances: 101 }], ['instances: instances-range limit=100', { instances: 1.5 }], ['no problem', { instances: 100 }],
    ['cpu: cpu-range', { cores: 0 }], ['cpu: cpu-range', { cores: 1.5 }], ['no problem', { cores: 1 }], ['memory: memory-range', { memory: 2 ** 20 - 1 }], ['memory: memory-range', { memory: Number.NaN }], ['no problem', { memory: 2 ** 20 }],
    ['image: image-required', { image: null }], ['size: size-required', { rootSize: 0 }], ['size: size-required', { rootSize: Number.NaN }], ['size: size-below-image minimumGiB=3', { rootSize: 2361393151 }], ['no problem', { rootSize: 2361393152 }], ['no problem', { image: parseImage(rawImage({}, { virtualSize: undefined, size: undefined })), rootSize: 1 }],
    ['no problem', { image: iso, bootClass: v2, rootSize: GIB }], ['class: class-refused name=secret', { bootClass: secret }], ['class: class-needs-cdi-image name=longhorn-v2', { image: v1, bootClass: v2 }], ['no problem', { image: v1 }], ['no problem', { image: parseImage(rawImage({ displayName: 'a.iso', backend: 'backingimage' })), bootClass: v2 }],
    ['class: class-required', { image: iso }], ['no problem', { image: iso, plainClassName: 'x' }], ['image: image-without-class', { image: classless() }], ['no problem', { image: classless(), bootClass: v2 }], ['image: image-without-class', { image: classless({ displayName: 'a.iso' }), bootClass: v2 }],
    ['extra-0: size-required\nextra-0: class-required\nextra-1: class-refused name=secret', { extraDisks: [{ bootClass: null, size: 0 }, { bootClass: secret, size: 1 }, { bootClass: v2, size: 1 }] }],
    ['ssh-key: ssh-key-invalid', { sshKey: 'hello' }]
  ])('%s (%#)', (told, change) => { expect(problem(change)).toBe(told); });

  it('names its instances', () => {
    expect([instanceNames('a', 0), instanceNames('a', 1), instanceNames('a', 2), instanceNames('a-', 2), instanceNames('a', 100).at(-1)]).toEqual([['a'], ['a'], ['a-01', 'a-02'], ['a-01', 'a-02'], 'a-100']);
  });
  it('follows the image’s class, but for an ISO', () => {
    expect([rootClassName(machine()), rootClassName(machine({ bootClass: classOf('x') })), rootClassName(machine({ image: iso, plainClassName: 'p' })), rootClassName(machine({ image: null, plainClassName: 'p' }))]).toEqual(['longhorn-v2', 'x', 'p', 'p']);
  });
});

describe('user data and key', () => {
  it.each([['', '', ''], ['#cloud-config\na: 1\n\n', '', '#cloud-config\na: 1'], ['', ` ${KEY} `, `#cloud-config\nssh_authorized_keys:\n  - ${KEY}\n`], ['#cloud-config\na: 1\n', KEY, `#cloud-config\na: 1\nssh_authorized_keys:\n  - ${KEY}\n`], ['#!/bin/sh', '  ', '#!/bin/sh']])('%j and %j', (data, key, text) => {
    expect(composeUserData(data, key)).toBe(text);
  });

  const LIMIT = 2 ** 20;
  it.each<[string, string, string]>([
    ['no problem', '', ''], ['no problem', '', KEY], ['no problem', '', 'ssh-rsa AAAA+/=='], ['no problem', '', 'ecdsa-sha2-nistp256 AAAA x y'], ['no problem', '', 'sk-ssh-ed25519@openssh.com AAAA'], ['ssh-key: ssh-key-invalid', '', 'ssh-rsa'], ['ssh-key: ssh-key-invalid', '', 'rsa AAAA'], ['ssh-key: ssh-key-invalid', '', 'x ssh-rsa AAAA'], ['ssh-key: ssh-key-invalid', '', 'ssh-rsa AA AA=x\ny'.replace(' AA=x', '!')],
    ['ssh-key: ssh-key-not-mergeable', '#!/bin/sh', KEY], ['ssh-key: ssh-key-not-mergeable', '#cloud-config\nssh_authorized_keys:\n  - x', KEY], ['no problem', '#cloud-config\n# ssh_authorized_keys:', KEY], ['no problem', '#!/bin/sh', ''], ['no problem', '  \n', KEY],
    ['no problem', 'a'.repeat(LIMIT), ''], [`user-data: user-data-too-long limitBytes=${String(LIMIT)}`, 'a'.repeat(LIMIT + 1), ''], [`user-data: user-data-too-long limitBytes=${String(LIMIT)}`, 'ü'.repeat(LIMIT / 2 + 1), '']
  ])('%s (%#)', (told, data, key) => { expect(tellProblems(checkUserData(data, key))).toBe(told); });
});

describe('names that are suggested', () => {
  it('for an image: the last part of its URL or file', () => {
    expect(['https://example.com/a/b%20c.img?x#y', 'b c.img', 'https://example.com/a/', '/', 'x#y', '.img', '---', `${'a'.repeat(62)}/..`, 'a%ZZ'].map(suggestImageName)).toEqual(['b-c.img', 'b-c.img', '', '', 'x', 'img', '', '', 'a-ZZ']);
  });
  it('for a class: replicas, and a number when it is taken', () => {
    expect(suggestClass(2, [])).toEqual({ name: 'longhorn-v2-r2', replicas: 2, isMigratable: true, nodeSelector: [], diskSelector: [] });
    expect([suggestClass(null, ['longhorn-v2-r3']).name, suggestClass(0, []).name, suggestClass(9, ['longhorn-v2-r3', 'longhorn-v2-r3-2']).name]).toEqual(['longhorn-v2-r3-2', 'longhorn-v2-r1', 'longhorn-v2-r3-3']);
    expect(suggestClass(1, ['longhorn-v2-r1', ...Array.from({ length: 99 }, (_, index) => `longhorn-v2-r1-${String(index + 2)}`)]).name).toBe('');
    expect(suggestClass(1, ['longhorn-v2-r1', ...Array.from({ length: 98 }, (_, index) => `longhorn-v2-r1-${String(index + 2)}`)]).name).toBe('longhorn-v2-r1-100');
  });
  it('for a converted image', () => {
    const named = (displayName: string) => parseImage(rawImage({ displayName }));
    expect([suggestConvertedName(named('jammy'), []), suggestConvertedName(named('jammy'), ['jammy-v2']), suggestConvertedName(named('jammy'), ['jammy-v2', 'jammy-v2-2']), suggestConvertedName(named(`${'a'.repeat(54)}.bcd`), [])]).toEqual(['jammy-v2', 'jammy-v2-2', 'jammy-v2-3', `${'a'.repeat(54)}-v2`]);
    expect(suggestConvertedName(named('a'), ['a-v2', ...Array.from({ length: 99 }, (_, index) => `a-v2-${String(index + 2)}`)])).toBe('');
  });
  it('and the way to convert: by its URL, if there is one', () => {
    expect([wayOfConversion(parseImage(rawImage())), wayOfConversion(parseImage(rawImage({ url: '' }))), wayOfConversion(parseImage(rawImage({ sourceType: 'upload' })))]).toEqual(['reimport', 'export', 'export']);
  });
});

describe('what stands against a class', () => {
  const problem = (change: object) => tellProblems(planStorageClass({ name: 'a', replicas: 1, isMigratable: true, nodeSelector: [], diskSelector: [], ...change }, null, ['b']).problems);
  it.each([['no problem', {}], ['name: name-required', { name: '' }], ['name: name-not-dns', { name: 'A' }], ['name: name-taken name=b', { name: 'b' }], ['replicas: replicas-range', { replicas: 0 }], ['replicas: replicas-range', { replicas: 4 }], ['replicas: replicas-range', { replicas: 1.5 }], ['no problem', { replicas: 3 }], ['name: name-required\nreplicas: replicas-range', { name: '', replicas: 0 }]])('%s (%#)', (told, change) => { expect(problem(change)).toBe(told); });
});

describe('what to know before Create', () => {
  const view = (version = 'v1.8.2', ...more: RawObject[]) => rawCluster([...rawReadyCluster(version), ...more]);
  const base = { sourceType: 'download' as const, url: 'https://example.com/a.img', fileName: '', fileSize: null, checksum: '', isBehindRancher: false };
  const TEN = 10 * GIB;

  it.each<[string, Partial<Parameters<typeof noteBootImage>[1]>, ReturnType<typeof view>?]>([
    ['server-needs [info]', {}], ['server-needs-ranges [warning] version=v1.6.0', {}, view('v1.6.0')], ['server-needs [info]', {}, view('v1.6.1')], ['server-needs [info]', {}, rawCluster([])],
    ['compressed [warning] extension=.gz\nserver-needs [info]', { url: ' https://example.com/a.GZ?x ' }], ['compressed [warning] extension=.xz\nserver-needs [info]', { url: 'https://example.com/a.xz#x' }], ['compressed [warning] extension=.zst\nserver-needs [info]', { url: 'https://example.com/a.zst' }], ['server-needs [info]', { url: 'https://example.com/a.gz.img' }],
    ['checksum-ignored [warning]\nserver-needs [info]', { checksum: 'a' }], ['server-needs [info]', { checksum: ' ' }],
    ['upload-keep-open [info]', { sourceType: 'upload', checksum: 'a' }], ['compressed [warning] extension=.bz2\nupload-keep-open [info]', { sourceType: 'upload', fileName: 'a.bz2' }],
    [`upload-behind-rancher [warning] limitBytes=${String(TEN)}`, { sourceType: 'upload', isBehindRancher: true, fileSize: TEN + 1 }], ['upload-keep-open [info]', { sourceType: 'upload', isBehindRancher: true, fileSize: TEN }], ['upload-keep-open [info]', { sourceType: 'upload', isBehindRancher: true }], ['upload-keep-open [info]', { sourceType: 'upload', fileSize: TEN + 1 }],
    ['', { sourceType: 'export-from-volume', checksum: 'a' }],
    ['server-needs [info]\naio-trim [warning] count=2 disks=node-1 nvme0n1, node-3 nvme0n1', {}, view('v1.8.2', ...rawNode({ name: 'node-1', driver: 'aio' }), ...rawNode({ name: 'node-3', driver: 'aio' }))],
    ['server-needs [info]', {}, rawCluster([...rawReadyCluster(), ...rawNode({ name: 'node-1', driver: 'aio' })], { status: { 'longhorn.io.node': 'forbidden' } })]
  ])('%j (%#)', (told, change, cluster = view()) => { expect(tellNotes(noteBootImage(cluster, { ...base, ...change }))).toBe(told); });

  const one = { instances: 1, rootSize: 10 * GIB, bootClass: null, imageClassName: '' };
  it.each<[string, Partial<Parameters<typeof noteBootMachine>[1]>]>([
    ['full-copy [info]\nno-vm-backup [info]', {}], [`many-copies [warning] count=2 totalBytes=${String(20 * GIB)}\nno-vm-backup [info]`, { instances: 2 }], [`many-copies [warning] count=2 totalBytes=${String(60 * GIB)}\nno-vm-backup [info]`, { instances: 2, bootClass: v2 }],
    ['host-assisted-copy [warning] from=old to=longhorn-v2\nfull-copy [info]\nno-vm-backup [info]', { bootClass: v2, imageClassName: 'old' }], ['full-copy [info]\nno-vm-backup [info]', { bootClass: v2, imageClassName: 'longhorn-v2' }], ['full-copy [info]\nno-vm-backup [info]', { bootClass: v2 }], ['full-copy [info]\nno-vm-backup [info]', { imageClassName: 'old' }]
  ])('%j (%#)', (told, change) => { expect(tellNotes(noteBootMachine(view(), { ...one, ...change }))).toBe(told); });
});

describe('a class of which only the name is known', () => {
  it('promises what is usual, and nothing of nodes', () => {
    expect(assumeBootClass('mine')).toMatchObject({ name: 'mine', refusal: null, warnings: [], replicas: 3, isMigratable: true, isDefault: false, isRecommended: false, cloneStrategy: 'unknown', accessModes: ['ReadWriteMany'], volumeMode: 'Block', nodeSelector: [], diskSelector: [], usableNodes: null });
  });
});

describe('growing and exporting a volume', () => {
  const raw = (status: RawObject = {}, spec: RawObject = {}) => ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'disk-0', namespace: 'erp', resourceVersion: '7' }, spec: { volumeName: 'pvc-1', storageClassName: 'longhorn-v2', resources: { requests: { storage: '10Gi' } }, ...spec }, status: { phase: 'Bound', capacity: { storage: '10Gi' }, ...status } });
  const v2Volume = { apiVersion: 'longhorn.io/v1beta2', kind: 'Volume', metadata: { name: 'pvc-1', namespace: 'longhorn-system' }, spec: { dataEngine: 'v2' }, status: { kubernetesStatus: { namespace: 'erp', pvcName: 'disk-0', pvName: 'pvc-1' } } };
  const grow = (size: number, claim: RawObject = raw(), objects: readonly RawObject[] = rawReadyCluster('v1.9.0')) => planExpansion(rawCluster([...objects, claim]), parsePersistentVolumeClaim(claim), size);

  it('posts whole GiB, of the claim as it was', () => {
    expect(grow(11.5 * GIB)).toEqual({ problems: [], operations: [{ op: 'test', path: '/metadata/resourceVersion', value: '7' }, { op: 'replace', path: '/spec/resources/requests/storage', value: '12Gi' }] });
    expect(grow(10 * GIB).operations).toBeNull();
  });

  it.each<[string, number, RawObject?, (readonly RawObject[])?]>([
    ['size: expand-not-larger minimumGiB=11', 10 * GIB], ['no problem', 10 * GIB + 1], ['size: expand-not-larger minimumGiB=21', 20 * GIB, raw({ capacity: { storage: '20Gi' } })], ['size: expand-not-larger minimumGiB=31', 30 * GIB, raw({}, { resources: { requests: { storage: '30Gi' } } })], ['size: expand-not-larger minimumGiB=11', 10 * GIB, raw({ capacity: { storage: '10.5Gi' } })], ['size: expand-not-larger minimumGiB=1', 0, raw({ capacity: {} }, { resources: {} })],
    ['—: expand-not-bound phase=Pending', 20 * GIB, raw({ phase: 'Pending' })], ['—: expand-version version=v1.6.1', 20 * GIB, raw(), rawReadyCluster('v1.6.1')], ['—: expand-version version=v1.6.1', 20 * GIB, raw({}, { storageClassName: 'gone' }), [...rawReadyCluster('v1.6.1'), v2Volume]], ['no problem', 20 * GIB, raw({}, { storageClassName: 'gone' }), rawReadyCluster('v1.6.1')],
    ['no problem', 20 * GIB, raw(), rawReadyCluster().filter(object => object.kind !== 'Setting')], ['—: expand-class class=longhorn-v2', 20 * GIB, raw(), [...rawReadyCluster('v1.9.0'), rawClass('longhorn-v2', {}, { allowVolumeExpansion: false })]], ['no problem', 20 * GIB, raw(), [...rawReadyCluster('v1.6.1'), rawClass('longhorn-v2', { dataEngine: 'v1' })]],
    ['—: expand-running', 20 * GIB, raw({ conditions: [{ type: 'Resizing', status: 'True' }] })], ['no problem', 20 * GIB, raw({ conditions: [{ type: 'Resizing', status: 'False' }] })]
  ])('%s (%#)', (told, size, claim, objects) => { expect(tellProblems(grow(size, claim, objects).problems)).toBe(told); });

  const many = [rawClass('b-v1', { dataEngine: 'v1' }), rawClass('a-v1', { dataEngine: 'v1' }), rawClass('z-v2'), rawClass('secret', { encrypted: 'true' }), rawClass('secret-v1', { dataEngine: 'v1', encrypted: 'true' }), rawClass('longhorn-static', { dataEngine: 'v1' }), rawClass('vmstate-persistence', { dataEngine: 'v1' }), rawClass('per-image', { backingImage: 'x' }), { ...rawClass('local'), provisioner: 'x' }];
  const vm = { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: { name: 'vm', namespace: 'erp' }, spec: { template: { spec: { domain: { devices: { disks: [{ name: 'd', disk: {} }] } }, volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'disk-0' } }] } } } };
  const vmi = { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachineInstance', metadata: { name: 'vm', namespace: 'erp' }, status: {} };
  const targets = (claim: RawObject, ...more: RawObject[]) => listExportTargets(rawCluster([...rawReadyCluster(), ...many, claim, ...more]), parsePersistentVolumeClaim(claim)).map(target => `${target.name} ${target.engine} ${target.refusal ?? 'offered'}`);

  it('offers v2 classes first, and v1 classes to what is v1', () => {
    expect(targets(raw({}, { storageClassName: 'a-v1' }))).toEqual(['longhorn-v2 v2 offered', 'z-v2 v2 offered', 'a-v1 v1 offered', 'b-v1 v1 offered']);
    expect(targets(raw())).toEqual(['longhorn-v2 v2 offered', 'z-v2 v2 offered', 'a-v1 v1 export-v2-to-v1', 'b-v1 v1 export-v2-to-v1']);
    expect(targets(raw({}, { storageClassName: 'local' }))[2]).toBe('a-v1 v1 export-v2-to-v1');
    expect(targets(raw({}, { storageClassName: 'gone' }))[2]).toBe('a-v1 v1 offered');
  });
  it('asks for rest where a v2 image is made', () => {
    expect(targets(raw({}, { storageClassName: 'a-v1' }), vm, vmi)).toEqual(['longhorn-v2 v2 export-in-use', 'z-v2 v2 export-in-use', 'a-v1 v1 offered', 'b-v1 v1 offered']);
    expect(targets(raw({}, { storageClassName: 'a-v1' }), vm)[0]).toBe('longhorn-v2 v2 offered');
  });
  it('posts name, namespace and class', () => {
    const claim = parsePersistentVolumeClaim(raw());
    const offered = { name: 'longhorn-v2', engine: 'v2', refusal: null } as const;
    expect(planVolumeExport(claim, 'jammy', offered, [])).toEqual({ problems: [], body: { displayName: 'jammy', namespace: 'erp', storageClassName: 'longhorn-v2' } });
    const told = (name: string, target: Parameters<typeof planVolumeExport>[2], taken: readonly string[] = []) => {
      const plan = planVolumeExport(claim, name, target, taken);

      expect(plan.body).toBeNull();
      return tellProblems(plan.problems);
    };

    expect([told('', offered), told('jammy', undefined), told('jammy', { ...offered, refusal: 'export-in-use' }), told('jammy', offered, ['jammy'])]).toEqual(['name: name-required', 'class: class-required', 'class: export-in-use class=longhorn-v2', 'name: name-taken name=jammy']);
  });
});
