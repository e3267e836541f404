import { describe, expect, it } from 'vitest';
import { rehearseDrain, rehearseLoss } from '@/domain/health/rehearse';
import type { Loss, LossRehearsal } from '@/domain/health/rehearse';
import { rehearseUpgrade } from '@/domain/health/rehearse-upgrade';
import type { HarvesterMinor } from '../../pkg/harvester-simulator/src/contract';
import { upgradeRules } from '../../pkg/harvester-simulator/src/admission/upgrade';
import { applyFault } from '../../pkg/harvester-simulator/src/faults';
import { openScenario } from './read-scenario';
import type { OpenScenario } from './read-scenario';

/** `ALL_VERSIONS=1` takes the largest cluster through more of them. */
const isThorough = process.env['ALL_VERSIONS'] === '1';
type World = readonly [string, HarvesterMinor];
const WORLDS: readonly World[] = [['default', '1.9'], ...(isThorough ? [['default', '1.6'], ['default', '1.7']] as const : [['healthy', '1.6']] as const), ['healthy', '1.8'], ['too-few-v2-nodes', '1.7'], ['node-down-blocked', '1.9'], ['stopped-incomplete', '1.9'], ['single-node', '1.5']];
/** Until the loss is noticed, and before anything lost is built anew or salvaged: Longhorn waits ten minutes for that. */
const NOTICED = 90_000;

function rehearse({ view, read }: OpenScenario, loss: Loss): LossRehearsal {
  return rehearseLoss(view(), read().values(), loss);
}

/** Replicas that hold complete data somewhere that answers, as the store has them: by volume. */
function survivors({ cluster }: OpenScenario, isGone: (spec: Readonly<Record<string, unknown>>) => boolean): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const volume of cluster.store.list('longhorn.io.volume')) counts.set(volume.metadata.name, 0);
  for (const { spec = {} } of cluster.store.list('longhorn.io.replica')) {
    if (spec['failedAt'] !== '' || (spec['healthyAt'] ?? '') === '' || spec['active'] === false || isGone(spec)) continue;
    const name = String(spec['volumeName']);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function compare(open: OpenScenario, foretold: LossRehearsal, isGone: (spec: Readonly<Record<string, unknown>>) => boolean): void {
  const counts = survivors(open, isGone);
  const verdicts = new Map([...open.read().values()].map((verdict) => [verdict.volumeName, verdict]));
  for (const { volumeName, effect, goodAfter } of foretold.volumes) {
    if (effect === 'unknown') continue;
    const verdict = verdicts.get(volumeName);
    expect(counts.get(volumeName), `${volumeName} ${effect}`).toBe(goodAfter);
    if (effect === 'lost') expect(['critical', 'unknown', 'stopped'], volumeName).toContain(verdict?.level);
    else expect(verdict?.level, volumeName).not.toBe('critical');
    if (effect === 'degraded' || effect === 'last-copy') expect(['degraded', 'unknown', 'stopped', 'transition'], volumeName).toContain(verdict?.level);
  }
}

describe('what a loss is said to do, and does', () => {
  it.each(WORLDS)('to each node: %s, Harvester %s', { timeout: 120_000 }, (name, minor) => {
    const nodes = (() => { const open = openScenario(name, minor); const names = open.cluster.store.list('longhorn.io.node').map((node) => node.metadata.name); open.close(); return names; })();
    for (const node of nodes) {
      const open = openScenario(name, minor);
      if (open.cluster.faults.downNodes.has(node)) { open.close(); continue; }
      const foretold = rehearse(open, { nodes: [node] });
      const before = new Map([...open.read().values()].map((verdict) => [verdict.volumeName, verdict.level]));
      applyFault(open.cluster, 'node-down', { node });
      open.cluster.clock.advance(NOTICED);
      compare(open, foretold, (spec) => open.cluster.faults.downNodes.has(String(spec['nodeID'])));
      // What was said to be untouched stays as it was, but for what was under way.
      for (const verdict of open.read().values()) {
        if (foretold.volumes.some((volume) => volume.volumeName === verdict.volumeName) || before.get(verdict.volumeName) !== 'healthy') continue;
        expect(verdict.level, `${node}: ${verdict.volumeName}`).toBe('healthy');
      }
      open.close();
    }
  });

  it.each<World>([...(isThorough ? [['default', '1.9']] as const : []), ['healthy', '1.7']])('to each v2 disk: %s, Harvester %s', { timeout: 120_000 }, (name, minor) => {
    const disks = (() => {
      const open = openScenario(name, minor);
      const found = [...open.view().all('longhorn.io.node')].flatMap((node) => node.disks.filter((disk) => disk.type === 'block' && disk.uuid !== '').map((disk) => ({ node: node.meta.name, disk: disk.name, uuid: disk.uuid })));
      open.close();
      return found;
    })();
    expect(disks.length).toBeGreaterThan(2);
    for (const { node, disk, uuid } of disks) {
      const open = openScenario(name, minor);
      const foretold = rehearse(open, { disks: [uuid] });
      applyFault(open.cluster, 'disk-pull', { node, disk });
      open.cluster.clock.advance(NOTICED);
      compare(open, foretold, (spec) => spec['diskID'] === uuid);
      open.close();
    }
  });
});

describe('what a drain is said to be kept back by', () => {
  it.each([['default', '1.9'], ['single-node', '1.7'], ['too-few-v2-nodes', '1.8'], ['healthy', '1.6']] as const)('is what holds the last good replica there: %s, Harvester %s', { timeout: 60_000 }, (name, minor) => {
    const open = openScenario(name, minor);
    const [view, verdicts] = [open.view(), [...open.read().values()]];
    const all = survivors(open, () => false);
    for (const node of view.all('longhorn.io.node')) {
      const without = survivors(open, (spec) => spec['nodeID'] === node.meta.name);
      const rehearsal = rehearseDrain(view, verdicts, [node.meta.name]);
      // Harvester lets the replicas of stopped volumes be.
      const isHeld = (volume: string): boolean => rehearsal.policy !== 'allow-if-replica-is-stopped' || open.cluster.store.list('longhorn.io.volume').some((own) => own.metadata.name === volume && own.status?.['state'] !== 'detached');
      const last = [...all].filter(([volume, count]) => count > 0 && without.get(volume) === 0 && isHeld(volume)).map(([volume]) => volume).sort();
      expect([...rehearsal.blockers].sort(), node.meta.name).toEqual(last);
      if (last.length > 0) expect(rehearsal.isAllowed).toBe(false);
    }
    open.close();
  });
});

/** A refusal with the names in it sorted: neither side promises an order. */
function sorted(message: string): string {
  const [words = '', names = ''] = message.split(': ');
  return names === '' ? words : `${words}: ${names.split(', ').sort().join(', ')}`;
}

describe('what the upgrade check is said to refuse', () => {
  it.each([['default', '1.9'], ['node-down-waiting', '1.9'], ['healthy', '1.8'], ['too-few-v2-nodes', '1.7'], ['single-node', '1.6']] as const)('is what the server answers: %s, Harvester %s', { timeout: 60_000 }, (name, minor) => {
    const open = openScenario(name, minor);
    const foretold = (rehearseUpgrade(open.view()) ?? []).map(({ message }) => sorted(message));
    let answer = '';
    try {
      upgradeRules.validate?.({ cluster: open.cluster, operation: 'CREATE', object: { apiVersion: 'harvesterhci.io/v1beta1', kind: 'Upgrade', metadata: { name: 'hvst-upgrade', namespace: 'harvester-system' }, spec: { version: 'v9.9.9' } } } as unknown as Parameters<NonNullable<typeof upgradeRules.validate>>[0]);
    } catch (error) {
      answer = sorted(error instanceof Error ? error.message : String(error));
    }
    open.close();
    if (answer === '') expect(foretold).toEqual([]);
    else expect(foretold).toContain(answer);
  });
});
