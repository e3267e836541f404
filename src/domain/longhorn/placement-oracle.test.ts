import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RawObject } from '../kube/types';
import { rawCluster } from '../testing/raw-cluster';
import { ago, NOW, nodeDown, rawCondition, rawInstanceManager, rawKubeNode, rawReplica, rawSetting, rawVolume, VOLUME } from '../testing/raw-objects';
import { countFit, explainPlacement } from './placement';
import { requestOf } from './placement-request';

/**
 * A second reading of Longhorn's scheduler, by brute force on raw objects: which disks might take the next replica.
 * Where the answers differ, one of the two misreads `getDiskCandidates` and what it calls.
 */
interface RawDisk { type: string; allow: boolean; evict: boolean; schedulable: boolean; tags: string[]; reserved: number; available: number; maximum: number; scheduled: number; counted: string[]; uuid: string }
interface RawHost { name: string; zone: string; tags: string[]; ready: boolean; cordoned: boolean; allow: boolean; disabled: boolean; managed: boolean; disks: RawDisk[] }
interface Copy { name: string; node: string; disk: string; failed: boolean; evicting: boolean; retries: number }
interface Case {
  hosts: RawHost[]; copies: Copy[]; source: Copy[]; isLinked: boolean; engine: 'v1' | 'v2'; wanted: number; size: number; actual: number; nodeTags: string[]; diskTags: string[];
  nodeSoft: string; zoneSoft: string; diskSoft: string; settings: { node: boolean; zone: boolean; disk: boolean; emptyNode: boolean; emptyDisk: boolean; over: number; minimal: number };
  locality: string; attachedTo: string; robustness: string; degradedFor: number;
}

const hasTags = (tags: string[], wanted: string[], allowsEmpty: boolean) => (wanted.length === 0 && !allowsEmpty && tags.length > 0 ? false : wanted.every((tag) => tags.includes(tag)));
const isSoft = (own: string, setting: boolean) => (own === 'enabled' ? true : own === 'disabled' ? false : setting);

function fits(c: Case, host: RawHost, disk: RawDisk, copies: Copy[]): boolean {
  if (!disk.allow || disk.evict || !disk.schedulable) return false;
  if (c.isLinked && !c.source.some((copy) => copy.disk === disk.uuid && !copy.failed && !copy.evicting)) return false;
  if (disk.type !== (c.engine === 'v2' ? 'block' : 'filesystem') || !hasTags(disk.tags, c.diskTags, c.settings.emptyDisk)) return false;
  const flying = copies.filter((copy) => copy.node === host.name && copy.disk === disk.uuid && !disk.counted.includes(copy.name)).length * c.size;
  if (disk.maximum <= 0 || disk.available <= 0) return false;
  if (disk.available - c.actual <= Math.floor((disk.maximum * c.settings.minimal) / 100)) return false;
  return c.size + disk.scheduled + flying <= Math.floor(((disk.maximum - disk.reserved) * c.settings.over) / 100);
}

/** UUIDs of the disks that the next replica may go to. */
function candidates(c: Case, copies: Copy[]): Set<string> {
  let hosts = c.hosts.filter((host) => host.ready && !host.cordoned && host.allow && !(c.engine === 'v2' && host.disabled));
  if (c.isLinked) hosts = hosts.filter((host) => c.source.some((copy) => copy.node === host.name && !copy.failed && !copy.evicting));
  if (c.locality === 'strict-local' && c.attachedTo !== '') hosts = hosts.filter((host) => host.name === c.attachedTo);
  hosts = hosts.filter((host) => host.managed);
  const mayReturn = (copy: Copy) => copy.failed && copy.retries < 5 && !copy.evicting;
  const isReplacing = c.robustness === 'degraded' && c.degradedFor > 600;
  const [nodes, zones, stayNodes, stayZones] = [new Set<string>(), new Set<string>(), new Set<string>(), new Set<string>()];
  for (const copy of copies) {
    const host = hosts.find((candidate) => candidate.name === copy.node);
    if (host === undefined || (copy.failed && (!mayReturn(copy) || isReplacing))) continue;
    nodes.add(host.name);
    zones.add(host.zone);
    if (copy.evicting) continue;
    stayNodes.add(host.name);
    stayZones.add(host.zone);
  }
  const tagged = hosts.filter((host) => hasTags(host.tags, c.nodeTags, c.settings.emptyNode));
  const only = (host: RawHost) => nodes.has(host.name) && !stayNodes.has(host.name);
  const attempts = [tagged.filter((host) => !zones.has(host.zone))];
  if (!isSoft(c.zoneSoft, c.settings.zone)) attempts.push(tagged.filter((host) => only(host) && !stayZones.has(host.zone)));
  else if (!isSoft(c.nodeSoft, c.settings.node)) attempts.push(tagged.filter((host) => !nodes.has(host.name)), tagged.filter(only));
  else attempts.push(tagged.filter((host) => !nodes.has(host.name)), tagged.filter((host) => nodes.has(host.name)));
  const taken = copies.filter((copy) => !copy.failed || mayReturn(copy)).map((copy) => copy.disk);
  for (const attempt of attempts) {
    const open = attempt.flatMap((host) => host.disks.filter((disk) => fits(c, host, disk, copies)).map((disk) => ({ host, disk })));
    const free = open.filter(({ disk }) => !taken.includes(disk.uuid));
    const found = free.length > 0 || !isSoft(c.diskSoft, c.settings.disk) ? free : open;
    if (found.length === 0) continue;
    const local = c.locality === 'best-effort' && !copies.some((copy) => copy.node === c.attachedTo && !copy.failed) ? found.filter(({ host }) => host.name === c.attachedTo) : [];
    return new Set((local.length > 0 ? local : found).map(({ disk }) => disk.uuid));
  }
  return new Set();
}

const mostly = <T>(usual: T, ...other: T[]) => fc.oneof({ weight: 6, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...other) });
const tags = fc.subarray(['fast', 'ssd']);
const disk = fc.record({
  type: mostly('block', 'filesystem'), allow: mostly(true, false), evict: mostly(false, true), schedulable: mostly(true, false), tags: mostly<string[]>([], ['fast'], ['fast', 'ssd']),
  reserved: fc.constantFrom(0, 0, 10, 33), available: fc.integer({ min: 0, max: 120 }), maximum: fc.constantFrom(100, 100, 119, 0), scheduled: fc.integer({ min: 0, max: 110 })
});
const host = fc.record({
  zone: fc.constantFrom('', 'a', 'b'), tags: mostly<string[]>([], ['fast'], ['ssd']), ready: mostly(true, false), cordoned: mostly(false, true), allow: mostly(true, false), disabled: mostly(false, true),
  managed: mostly(true, false), disks: fc.array(disk, { minLength: 0, maxLength: 3 })
});
const copy = fc.record({ at: fc.nat(30), failed: mostly(false, true), evicting: mostly(false, true), retries: fc.constantFrom(0, 1, 5), isCounted: fc.boolean() });
const soft = fc.constantFrom('ignored', 'ignored', 'enabled', 'disabled');

const anyCase: fc.Arbitrary<Case> = fc.record({
  hosts: fc.array(host, { minLength: 1, maxLength: 5 }), copies: fc.array(copy, { maxLength: 4 }), source: fc.array(copy, { maxLength: 3 }), isLinked: mostly(false, true), engine: fc.constantFrom('v2' as const, 'v2' as const, 'v1' as const),
  wanted: fc.integer({ min: 1, max: 4 }), size: fc.integer({ min: 1, max: 40 }), actual: fc.integer({ min: 0, max: 40 }), nodeTags: mostly<string[]>([], ['fast']), diskTags: fc.oneof({ weight: 4, arbitrary: fc.constant<string[]>([]) }, tags),
  nodeSoft: soft, zoneSoft: soft, diskSoft: soft,
  settings: fc.record({ node: fc.boolean(), zone: mostly(true, false), disk: mostly(true, false), emptyNode: mostly(true, false), emptyDisk: mostly(true, false), over: fc.constantFrom(100, 150, 200), minimal: fc.constantFrom(25, 10, 0) }),
  locality: fc.constantFrom('disabled', 'disabled', 'best-effort', 'strict-local'), attachedTo: fc.constantFrom('', 'node-1', 'node-2'), robustness: fc.constantFrom('degraded', 'degraded', 'healthy', 'unknown'), degradedFor: fc.constantFrom(60, 900)
}).map(({ hosts, copies, source, ...rest }) => {
  const named: RawHost[] = hosts.map((own, index) => ({ ...own, name: `node-${String(index + 1)}`, disks: own.disks.map((each, at) => ({ ...each, uuid: `disk-${String(index + 1)}-${String(at)}`, counted: [] as string[] })) }));
  const places = named.flatMap((own) => own.disks.map((each) => ({ node: own.name, disk: each })));
  const settle = (list: typeof copies, prefix: string): Copy[] => (places.length === 0 ? [] : list.map(({ at, isCounted, ...own }, index) => {
    const place = places[at % places.length]!;
    const name = `${prefix}-r-${String(index + 1)}`;
    // What has failed was there long enough to be counted.
    if (isCounted || own.failed) place.disk.counted.push(name);
    return { ...own, name, node: place.node, disk: place.disk.uuid };
  }));
  return { ...rest, hosts: named, copies: settle(copies, VOLUME), source: settle(source, 'pvc-gold') };
});

function asReplica(each: Copy, index: number, volume: string): RawObject {
  return rawReplica(index + 1, {
    metadata: { name: each.name },
    spec: { nodeID: each.node, diskID: each.disk, failedAt: each.failed ? ago(60) : '', evictionRequested: each.evicting, rebuildRetryCount: each.retries, desireState: each.failed ? 'stopped' : 'running' }
  }, volume);
}

function asWorld(c: Case): RawObject[] {
  const nodes = c.hosts.map((own): RawObject => ({
    apiVersion: 'longhorn.io/v1beta2', kind: 'Node', metadata: { name: own.name, namespace: 'longhorn-system' },
    spec: { name: own.name, allowScheduling: own.allow, evictionRequested: false, tags: own.tags, disks: Object.fromEntries(own.disks.map((each) => [each.uuid, { diskType: each.type, path: `/dev/${each.uuid}`, allowScheduling: each.allow, evictionRequested: each.evict, storageReserved: each.reserved, tags: each.tags }])) },
    status: {
      zone: own.zone, conditions: own.ready ? [rawCondition('Ready', true), rawCondition('Schedulable', !own.cordoned, own.cordoned ? 'KubernetesNodeCordoned' : '')] : nodeDown(1),
      diskStatus: Object.fromEntries(own.disks.map((each) => [each.uuid, { diskUUID: each.uuid, diskType: each.type, storageAvailable: each.available, storageMaximum: each.maximum, storageScheduled: each.scheduled, scheduledReplica: Object.fromEntries(each.counted.map((name) => [name, c.size])), conditions: [rawCondition('Ready', true), rawCondition('Schedulable', each.schedulable, each.schedulable ? '' : 'DiskPressure')] }]))
    }
  }));
  const managers = c.hosts.flatMap((own, index) => ['v1', 'v2'].map((engine) => rawInstanceManager(index + 1, { metadata: { name: `im-${engine}-${String(index)}` }, spec: { dataEngine: engine }, status: { currentState: own.managed ? 'running' : 'error' } })));
  const { settings } = c;
  return [
    ...nodes, ...managers, ...c.hosts.map((own, index) => rawKubeNode(index + 1, own.disabled ? { metadata: { labels: { 'node.longhorn.io/disable-v2-data-engine': 'true' } } } : {})),
    rawSetting('replica-soft-anti-affinity', String(settings.node)), rawSetting('replica-zone-soft-anti-affinity', String(settings.zone)), rawSetting('replica-disk-soft-anti-affinity', String(settings.disk)),
    rawSetting('allow-empty-node-selector-volume', String(settings.emptyNode)), rawSetting('allow-empty-disk-selector-volume', String(settings.emptyDisk)),
    rawSetting('storage-over-provisioning-percentage', String(settings.over)), rawSetting('storage-minimal-available-percentage', String(settings.minimal)), rawSetting('replica-replenishment-wait-interval', '600'),
    rawVolume({
      spec: {
        dataEngine: c.engine, numberOfReplicas: c.wanted, size: String(c.size), nodeSelector: c.nodeTags, diskSelector: c.diskTags, replicaSoftAntiAffinity: c.nodeSoft, replicaZoneSoftAntiAffinity: c.zoneSoft,
        replicaDiskSoftAntiAffinity: c.diskSoft, dataLocality: c.locality, nodeID: c.attachedTo, cloneMode: c.isLinked ? 'linked-clone' : ''
      },
      status: { currentNodeID: c.attachedTo, robustness: c.robustness, lastDegradedAt: c.robustness === 'degraded' ? ago(c.degradedFor) : '', actualSize: c.actual, cloneStatus: { state: 'completed', sourceVolume: c.isLinked ? 'pvc-gold' : '' } }
    }),
    ...c.copies.map((each, index) => asReplica(each, index, VOLUME)), ...c.source.map((each, index) => asReplica(each, index + 10, 'pvc-gold'))
  ];
}

/** More with `PLACEMENT_RUNS=20000`. */
const RUNS = Number(process.env['PLACEMENT_RUNS'] ?? 800);

const TIMEOUT = 15_000 + RUNS * 20;

describe('placement, against a second reading by brute force', () => {
  it('takes a disk that Longhorn might take, replica after replica, and none where it would find none', { timeout: TIMEOUT }, () => {
    fc.assert(fc.property(anyCase, (c) => {
      const view = rawCluster(asWorld(c));
      const volume = view.get('longhorn.io.volume', `longhorn-system/${VOLUME}`)!;
      const result = explainPlacement(view, requestOf(view, volume, { now: NOW }));
      const missing = Math.max(0, c.wanted - c.copies.filter((each) => !each.failed && !each.evicting).length);
      expect(result.missing).toBe(missing);
      const copies = [...c.copies];
      let placed = 0;
      for (; placed < missing; placed += 1) {
        const open = candidates(c, copies);
        const place = result.chosen[placed];
        if (open.size === 0) break;
        expect([...open], `replica ${String(placed + 1)}`).toContain(place?.diskId);
        copies.push({ name: `new-${String(placed)}`, node: place!.nodeName, disk: place!.diskId, failed: false, evicting: false, retries: 0 });
      }
      expect(result.chosen).toHaveLength(placed);
      expect(result.isPlaceable).toBe(placed === missing);
    }), { numRuns: RUNS });
  });

  it('says of each disk whether it would fit, and of each node whether it is open', { timeout: TIMEOUT }, () => {
    fc.assert(fc.property(anyCase, (c) => {
      const view = rawCluster(asWorld(c));
      const volume = view.get('longhorn.io.volume', `longhorn-system/${VOLUME}`)!;
      const { nodes } = explainPlacement(view, requestOf(view, volume, { now: NOW }));
      const open = candidates(c, c.copies);
      for (const own of c.hosts) {
        const row = nodes.find((node) => node.nodeName === own.name)!;
        for (const each of own.disks) {
          const { code, fits: count } = row.disks.find((entry) => entry.diskId === each.uuid)!;
          const isFitting = fits(c, own, each, c.copies);
          expect(['ok', 'chosen', 'disk-holds-replica'].includes(code), `${each.uuid} ${code}`).toBe(isFitting);
          expect((count ?? 0) > 0).toBe(isFitting);
        }
        if (own.disks.some((each) => open.has(each.uuid))) expect(['ok', 'chosen']).toContain(row.code);
        if (!own.ready || own.cordoned || !own.allow) expect(['ok', 'chosen']).not.toContain(row.code);
      }
    }), { numRuns: RUNS });
  });

  it('counts the volumes that fit as placing them one by one does', { timeout: TIMEOUT }, () => {
    fc.assert(fc.property(anyCase.filter((c) => !c.isLinked), fc.integer({ min: 0, max: 20 }), (c, writes) => {
      const plan = { size: c.size, replicas: c.wanted, engine: c.engine, nodeSelector: c.nodeTags, diskSelector: c.diskTags, writes };
      const hosts = structuredClone(c.hosts);
      const world = () => asWorld({ ...c, hosts, copies: [], source: [] });
      const total = countFit(rawCluster(world()), plan, 12)!;
      for (let count = 0; count <= total && count < 12; count += 1) {
        const result = explainPlacement(rawCluster(world()), plan);
        expect(result.isPlaceable, `volume ${String(count + 1)} of ${String(total)}`).toBe(count < total);
        for (const place of result.chosen) {
          const taken = hosts.flatMap((own) => own.disks).find((each) => each.uuid === place.diskId)!;
          taken.scheduled += c.size;
          taken.available -= writes;
        }
      }
    }), { numRuns: Math.ceil(RUNS / 3) });
  });
});
