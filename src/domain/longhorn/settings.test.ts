import { describe, expect, it } from 'vitest';
import type { ReadStatus } from '../kube/kinds';
import { rawCluster } from '../testing/raw-cluster';
import { nodeDown, rawCondition, rawInstanceManager, rawKubeNode, rawNode, rawSetting } from '../testing/raw-objects';
import { isV2EngineOn, readFlagSetting, readLonghornMinor, readNumberSetting, settingId } from './cluster-settings';
import { parseLonghornNode } from './node';
import { diskAt, findDisk, findLonghornNode, hasRunningInstanceManager, isV2DisabledOn, nodeReadiness } from './node-status';
import { parseSchedulingMessage } from './scheduling-reasons';
import { parseLonghornSetting, settingFlagFor, settingNumberFor, settingValueFor } from './setting';

const view = (...objects: Parameters<typeof rawCluster>[0][number][]) => rawCluster(objects);
const setting = (value: unknown, status?: object) => parseLonghornSetting({ metadata: { name: 's' }, value, status });

describe('one setting', () => {
  it('tells "not applied yet" from "this version does not say"', () => {
    expect([{ applied: true }, { applied: false }, { applied: null }, {}, undefined].map((status) => setting('x', status).isApplied)).toEqual([true, false, null, null, null]);
  });
  it.each([['3', '3', '3'], [' 3 ', '3', '3'], ['', null, null], ['  ', null, null], ['{"v1":"2","v2":"4"}', '2', '4'], [' {"v2":4}', null, '4'], ['{"v1":""}', null, null], ['{"v1":"2"', null, null]])('%j', (value, v1, v2) => {
    expect([settingValueFor(setting(value), 'v1'), settingValueFor(setting(value), 'v2')]).toEqual([v1, v2]);
  });
  it('falls back where it is missing or unreadable', () => {
    expect([settingNumberFor(undefined, 'v2', 9), settingNumberFor(setting('many'), 'v2', 9), settingNumberFor(setting('0'), 'v2', 9)]).toEqual([9, 9, 0]);
    expect([settingFlagFor(undefined, 'v2', false), settingFlagFor(setting(''), 'v2', true), settingFlagFor(setting('true'), 'v2', false), settingFlagFor(setting('false'), 'v2', true), settingFlagFor(setting('yes'), 'v2', true)]).toEqual([false, true, true, false, false]);
  });
});

describe('the cluster\'s settings', () => {
  it('have Longhorn\'s own defaults while they are not there', () => {
    const none = view();
    expect((['storage-over-provisioning-percentage', 'storage-minimal-available-percentage', 'replica-replenishment-wait-interval', 'concurrent-replica-rebuild-per-node-limit'] as const).map((name) => readNumberSetting(none, name, 'v2'))).toEqual([100, 25, 600, 5]);
    expect(([
      'replica-soft-anti-affinity', 'replica-zone-soft-anti-affinity', 'replica-disk-soft-anti-affinity', 'allow-empty-node-selector-volume', 'allow-empty-disk-selector-volume', 'auto-salvage', 'fast-replica-rebuild-enabled', 'offline-replica-rebuilding'
    ] as const).map((name) => readFlagSetting(none, name, 'v2'))).toEqual([false, true, true, true, true, true, true, false]);
  });
  it('are read by id and engine', () => {
    expect(settingId('auto-salvage')).toBe('longhorn-system/auto-salvage');
    expect(settingId('auto-salvage')).toBe('longhorn-system/auto-salvage');
    expect(readNumberSetting(view(rawSetting('replica-replenishment-wait-interval', '{"v1":"60","v2":"90"}')), 'replica-replenishment-wait-interval', 'v2')).toBe(90);
    expect(readFlagSetting(view(rawSetting('auto-salvage', 'false')), 'auto-salvage', 'v1')).toBe(false);
  });
  it('before 1.10 have a name of their own for v2, which counts for v2 alone and while the common one is plain', () => {
    const fast = (engine: 'v1' | 'v2', common: string | null, own: string | null) => readFlagSetting(view(
      ...(common === null ? [] : [rawSetting('fast-replica-rebuild-enabled', common)]), ...(own === null ? [] : [rawSetting('v2-data-engine-fast-replica-rebuilding', own)])
    ), 'fast-replica-rebuild-enabled', engine);
    expect([fast('v2', 'true', 'false'), fast('v1', 'true', 'false'), fast('v2', 'false', null), fast('v2', null, 'false'), fast('v2', '{"v1":"true","v2":"true"}', 'false'), fast('v2', ' {"v2":"true"}', 'false')]).toEqual([false, true, false, false, true, true]);
  });
  it('say whether v2 is on, or nothing', () => {
    expect([view(), view(rawSetting('v2-data-engine', '')), view(rawSetting('v2-data-engine', 'true')), view(rawSetting('v2-data-engine', 'false')), view(rawSetting('v2-data-engine', '{"v1":"false","v2":"true"}'))].map(isV2EngineOn)).toEqual([null, null, true, false, true]);
  });
  it.each([['v1.12.1', 12], ['1.9.2', 9], ['v1.10.0-rc1', 10], ['v2.0.0', null], ['master-head', null], ['', null], ['xv1.8', null]])('Longhorn %s', (version, minor) => {
    expect(readLonghornMinor(view(rawSetting('current-longhorn-version', version)))).toBe(minor);
  });
  it('do not know a version that was not read', () => { expect(readLonghornMinor(view())).toBeNull(); });
});

describe('nodes and disks', () => {
  it('are found by name and by UUID, never by nothing', () => {
    const cluster = view(rawNode(1), rawNode(2));
    expect(findLonghornNode(cluster, 'node-2')?.meta.name).toBe('node-2');
    expect([findLonghornNode(cluster, ''), findLonghornNode(cluster, 'node-9')]).toEqual([undefined, undefined]);
    expect(findDisk(cluster, 'disk-2')).toMatchObject({ name: 'nvme0', nodeName: 'node-2' });
    expect([findDisk(cluster, ''), findDisk(cluster, 'disk-9'), diskAt(undefined)]).toEqual([undefined, undefined, undefined]);
  });
  it('takes the named disk of several', () => {
    const node = parseLonghornNode({ metadata: { name: 'n' }, spec: { disks: { a: {}, b: {} } } });
    expect([diskAt({ node, name: 'b' })?.name, diskAt({ node, name: 'c' })]).toEqual(['b', undefined]);
  });
  it.each([
    [[rawCondition('Ready', true)], 'ready'], [nodeDown(1), 'down'], [nodeDown(1, 'KubernetesNodeGone'), 'down'], [nodeDown(1, 'ManagerPodDown'), 'manager-down'], [nodeDown(1, 'ManagerPodMissing'), 'manager-down'],
    [nodeDown(1, 'KubernetesNodePressure'), 'not-ready'], [[rawCondition('Ready', 'Unknown', 'KubernetesNodeNotReady')], 'unknown'], [[rawCondition('Schedulable', true)], 'unknown'], [[], 'unknown']
  ])('with %j is %s', (conditions, expected) => {
    expect(nodeReadiness(parseLonghornNode(rawNode(1, { conditions })))).toBe(expected);
  });
  it('have a running instance manager of the engine, have none, or nobody knows', () => {
    const runs = (status: ReadStatus, own: Parameters<typeof rawInstanceManager>[1] = {}, engine: 'v1' | 'v2' = 'v2', node = 'node-1') => hasRunningInstanceManager(rawCluster([rawInstanceManager(1, own)], { status: { 'longhorn.io.instancemanager': status } }), node, engine);
    expect([runs('ready'), runs('stale'), runs('ready', { status: { currentState: 'error' } }), runs('ready', {}, 'v1'), runs('ready', {}, 'v2', 'node-2'), runs('forbidden', {}, 'v2', 'node-2')]).toEqual([true, true, false, false, false, null]);
  });
  it('have v2 off by label, or not, or were not read', () => {
    const cluster = view(rawKubeNode(1), rawKubeNode(2, { metadata: { labels: { 'node.longhorn.io/disable-v2-data-engine': 'true' } } }));
    expect(['node-1', 'node-2', 'node-3'].map((name) => isV2DisabledOn(cluster, name))).toEqual([false, true, null]);
  });
});

describe('the message of a scheduling failure', () => {
  it.each([
    ['insufficient storage', 'insufficient-storage'], ['disks are unavailable', 'disks-unavailable'], ['disk not found', 'disk-not-found'], ['tags not fulfilled', 'disk-tags'], ['nodes are unavailable', 'nodes-unavailable'],
    ['none of the node candidates contains a ready engine image', 'engine-not-ready'], ['hard affinity cannot be satisfied', 'hard-affinity'], ['topology requirement cannot be satisfied', 'topology'],
    ['linked clone replica cannot be satisfied', 'linked-clone'], ['replica scheduling failed', 'scheduling-failed'], ['incompatible volume size', 'volume-size'], ['replica already scheduled', 'already-scheduled'],
    ['unused failed replica is not supported', 'unused-failed-replica'], ['longhorn client operation failed', 'client-failed'], ['node not found', 'node-not-found'],
    ['failed to retrieve scheduling settings failed to retrieve', 'settings-unreadable'], ['evict replica failed', 'eviction-failed'], ['the moon is full', 'other']
  ])('%s', (message, reason) => { expect(parseSchedulingMessage(message)).toEqual({ isPrecheck: false, reasons: [reason] }); });

  it.each([
    ['', false, []], ['precheck new replica failed', true, []], ['precheck new replica failed: disks are unavailable', true, ['disks-unavailable']], ['precheck new replica failed;disks are unavailable', true, ['disks-unavailable']],
    ['precheck new replica failed:disks are unavailable; insufficient storage', true, ['disks-unavailable', 'insufficient-storage']], ['insufficient storage;precheck new replica failed;tags not fulfilled', true, ['insufficient-storage', 'disk-tags']],
    [' node not found ;; node not found', false, ['node-not-found']], ['precheck new replica failed : x', true, ['other']], ['odd; strange', false, ['other']]
  ])('%j', (message, isPrecheck, reasons) => {
    expect(parseSchedulingMessage(message)).toEqual({ isPrecheck, reasons });
    expect(parseSchedulingMessage(message)).toBe(parseSchedulingMessage(message));
  });

  it('remembers a bounded number of texts', () => {
    for (let index = 0; index < 600; index += 1) expect(parseSchedulingMessage(`unheard of ${String(index)}`).reasons).toEqual(['other']);
    expect(parseSchedulingMessage('unheard of 599')).not.toBe(parseSchedulingMessage('unheard of 599'));
  });
});
