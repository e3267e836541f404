import { readFileSync } from 'node:fs';
import IntlMessageFormat from 'intl-messageformat';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { RawObject } from '../kube/types';
import {
  ago, DISK_OF_DOWN_NODE, failed, GIB, nodeDown, NOW, rawCondition, rawEngine, rawHealthyWorld, rawInstanceManager, rawKubeNode, rawNode, rawReplica, rawVolume, withObjects, withoutObjects
} from '../testing/raw-objects';
import { codesOf, findingOf, verdictOf } from '../testing/verdict-of';
import type { Seen } from '../testing/verdict-of';
import type { Finding } from './types';

const healthy = rawHealthyWorld();
const recent = (spec: Record<string, unknown> = {}) => rawVolume({ spec, status: { robustness: 'degraded', lastDegradedAt: ago(60) } });
/** Replica 3 was lost a minute ago; Longhorn waits nine more. */
const lost = (...changes: readonly RawObject[]) => withObjects(healthy, recent(), rawEngine({ 1: 'RW', 2: 'RW' }), rawReplica(3, failed(60)), ...changes);
const down = rawNode(3, { conditions: nodeDown(3), disk: DISK_OF_DOWN_NODE });
const fourth = [rawNode(4), rawKubeNode(4), rawInstanceManager(4)];
const diskGone = rawNode(3, { disk: { status: { conditions: [rawCondition('Ready', false, 'NoDiskInfo'), rawCondition('Schedulable', false, 'NoDiskInfo')] } } });
const ENDS = NOW + 540_000;

const sentences = Object.fromEntries(['en-us', 'zh-hans'].map((locale) => [locale, (parse(readFileSync(new URL(`../../l10n/${locale}.yaml`, import.meta.url), 'utf8')) as { lhv2: { diagnosis: Record<string, Record<'cause' | 'next', string>> } }).lhv2.diagnosis]));
const say = (finding: Finding | undefined, locale = 'en-us', part: 'cause' | 'next' = 'cause') => String(new IntlMessageFormat(sentences[locale]?.[finding?.code ?? '']?.[part] ?? '', locale === 'en-us' ? 'en' : 'zh', undefined, { ignoreTag: true }).format({ ...finding?.params }));

describe('a lost replica that is waited for', () => {
  it('has no place elsewhere with three nodes and three replicas: the headline does not promise one', () => {
    const verdict = verdictOf(lost(down));
    expect(verdict).toMatchObject({ level: 'degraded', phase: 'waiting', needsAttention: true, headline: { code: 'node-down-waiting', params: { node: 'node-3', nextAt: ENDS, hasPlace: 'no' } } });
    expect(say(verdict.headline)).toMatch(/Longhorn waits for it until .*, but no node can take a new replica then\.$/);
    expect(say(verdict.headline, 'zh-hans')).toContain('没有节点可容纳新副本');
    const note = findingOf(verdict, 'no-place-after-wait');
    expect(note).toMatchObject({ isNote: true, params: { nextAt: ENDS, why: 'held', node: 'node-1', more: 1 } });
    expect(say(note)).toContain('every other node holds a replica already');
    expect(note?.evidence.find((item) => item.id === 'longhorn-system/node-2')?.value).toBe('pvc-1-r-2');
  });

  it('is waited for though its disk is gone for good', () => {
    const alone = verdictOf(lost(rawNode(3, { disk: null })));
    expect(alone.headline).toMatchObject({ code: 'disk-removed', phase: 'waiting', needsHelp: true, params: { nextAt: ENDS, hasPlace: 'no' } });
    expect(say(alone.headline)).toMatch(/no longer exists on node-3\. Longhorn waits until .*, but no node can take a new replica then\.$/);
    expect(say(alone.headline, 'en-us', 'next')).toContain('add a disk or a node');
    const helped = verdictOf(lost(rawNode(3, { disk: null }), ...fourth));
    expect(helped.headline).toMatchObject({ code: 'disk-removed', phase: 'waiting', needsHelp: false, params: { hasPlace: 'yes' } });
    expect(say(helped.headline, 'zh-hans')).toContain('在其他节点新建副本');
  });

  it('gets a new replica on a fourth node', () => {
    const verdict = verdictOf(lost(down, ...fourth));
    expect(verdict.headline).toMatchObject({ code: 'node-down-waiting', params: { hasPlace: 'yes', nextAt: ENDS } });
    expect(say(verdict.headline)).toMatch(/A new replica starts on another node at .* unless it comes back\.$/);
    expect(say(verdict.headline, 'zh-hans')).toContain('在其他节点新建副本');
    expect(codesOf(verdict)).not.toContain('no-place-after-wait');
  });

  it.each<[string, readonly RawObject[], string, string]>([
    ['space', [rawNode(4, { disk: { status: { storageScheduled: 1020 * GIB } } })], 'space', 'too little space on node-4'],
    ['pressure', [rawNode(4, { disk: { status: { conditions: [rawCondition('Ready', true), rawCondition('Schedulable', false, 'DiskPressure')] } } })], 'space', 'too little space on node-4'],
    ['tags', [recent({ nodeSelector: ['fast'] })], 'tags', 'the tags it asks for are missing on node-4'],
    ['cordon', [rawNode(4, { conditions: [rawCondition('Ready', true), rawCondition('Schedulable', false, 'KubernetesNodeCordoned')] })], 'off', 'no replicas are allowed on node-4'],
    ['label', [rawKubeNode(4, { metadata: { labels: { 'node.longhorn.io/disable-v2-data-engine': 'true' } } })], 'off', 'no replicas are allowed on node-4'],
    ['instance manager', [rawInstanceManager(4, { status: { currentState: 'error' } })], 'unready', 'not ready for replicas: node-4'],
    ['layout', [rawNode(4, { disk: { spec: { diskType: 'filesystem' } } })], 'disk', 'no disk for its engine on node-4']
  ])('is told what keeps a fourth node from helping: %s', (_name, changes, why, words) => {
    const verdict = verdictOf(withObjects(lost(down, ...fourth), ...changes));
    expect(verdict.headline.params['hasPlace']).toBe('no');
    const note = findingOf(verdict, 'no-place-after-wait');
    expect(note?.params).toMatchObject({ why, node: 'node-4', more: 0 });
    expect(say(note)).toContain(words);
    expect(say(note, 'en-us', 'next')).not.toBe(say({ ...note, params: { ...note?.params, why: 'held' } } as Finding, 'en-us', 'next'));
    expect(note?.evidence.some((item) => item.id.endsWith('node-4') && item.value !== '' && item.value !== null)).toBe(true);
  });

  it('says "and more" when several nodes stand in the same way', () => {
    const bare = [4, 5, 6].flatMap((index) => [rawNode(index, { disk: null }), rawKubeNode(index), rawInstanceManager(index)]);
    const note = findingOf(verdictOf(lost(down, ...bare)), 'no-place-after-wait');
    expect(say(note)).toContain('no disk for its engine on node-4 and 2 more');
    expect(say(note, 'zh-hans')).toContain('node-4 以及另外 2 个节点');
  });

  it('knows no other node in a cluster that has none', () => {
    const alone = withObjects(lost(down), recent({ numberOfReplicas: 2 })).filter((raw) => !/-(1|2)$/.test(String((raw.metadata as { name: string }).name)) || raw.kind === 'Volume');
    expect(findingOf(verdictOf(alone), 'no-place-after-wait')?.params).toMatchObject({ why: 'none', node: '', more: 0 });
  });

  it.each<[string, readonly RawObject[], string, string]>([
    ['manager down', [rawNode(3, { conditions: nodeDown(3, 'ManagerPodDown') })], 'manager-down', 'no'],
    ['manager down, a fourth node', [rawNode(3, { conditions: nodeDown(3, 'ManagerPodDown') }), ...fourth], 'manager-down', 'yes'],
    ['instance manager down', [rawInstanceManager(3, { status: { currentState: 'error' } })], 'instance-manager-down', 'no'],
    ['disk missing', [diskGone], 'disk-missing', 'no'],
    ['disk missing, a fourth node', [diskGone, ...fourth], 'disk-missing', 'yes'],
    ['disk replaced', [rawNode(3, { disk: { status: { diskUUID: 'disk-new', conditions: [rawCondition('Ready', false, 'DiskFilesystemChanged'), rawCondition('Schedulable', false)] } } })], 'disk-replaced', 'no'],
    ['disk service', [rawNode(3, { disk: { status: { conditions: [rawCondition('Ready', false, 'DiskServiceUnreachable'), rawCondition('Schedulable', false)] } } })], 'disk-service-down', 'no'],
    ['the copy alone, its own node well', [], 'waiting-for-copy', 'own']
  ])('%s', (_name, changes, code, hasPlace) => {
    const verdict = verdictOf(lost(...changes));
    expect(findingOf(verdict, code)?.params).toMatchObject({ nextAt: ENDS, hasPlace });
    for (const locale of ['en-us', 'zh-hans']) expect(say(findingOf(verdict, code), locale)).not.toMatch(/[{}]/);
    expect(codesOf(verdict).includes('no-place-after-wait')).toBe(hasPlace === 'no');
    expect(verdict.phase).toBe('waiting');
  });

  it('leaves a place to the replica that has none yet', () => {
    const world = withObjects(lost(down, ...fourth), recent({ numberOfReplicas: 4 }), rawReplica(5, { spec: { nodeID: '', diskID: '', healthyAt: '', lastHealthyAt: '' }, status: { currentState: 'stopped', storageIP: '', ip: '', port: 0 } }));
    expect(verdictOf(world).headline.params['hasPlace']).toBe('no');
  });

  it.each<[string, Seen, readonly RawObject[]]>([
    ['nodes are not readable', { status: { 'longhorn.io.node': 'forbidden' } }, withoutObjects(lost(), 'Node', 'node-9')],
    ['settings are not readable', { status: { 'longhorn.io.setting': 'forbidden' } }, lost(down)],
    ['nodes are stale', { status: { 'longhorn.io.node': 'stale' } }, lost(down)],
    ['instance managers are not readable', { status: { 'longhorn.io.instancemanager': 'forbidden' } }, withoutObjects(lost(down, ...fourth), 'InstanceManager')],
    ['the label of the only candidate is not readable', { status: { node: 'forbidden' } }, lost(down, ...fourth).filter((raw) => raw.kind !== 'Node' || raw.apiVersion !== 'v1')]
  ])('promises nothing when %s', (_name, seen, world) => {
    const verdict = verdictOf(world, seen);
    expect(verdict.headline.params['hasPlace']).toBe('unknown');
    expect(say(verdict.headline)).toContain('could not be read');
    expect(codesOf(verdict)).not.toContain('no-place-after-wait');
  });

  it('is blocked, not waiting, once the time is over', () => {
    const verdict = verdictOf(withObjects(lost(down), rawVolume({ status: { robustness: 'degraded', lastDegradedAt: ago(700) } })));
    expect(verdict).toMatchObject({ phase: 'blocked', headline: { code: 'node-down-blocked' } });
    expect(codesOf(verdict)).not.toContain('no-place-after-wait');
  });
});
