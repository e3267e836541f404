// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NOW } from '@/domain/testing/raw-objects';
import { createTranslator } from '@/l10n/translate';
import type { OwnedClusterContext } from '@/stores/cluster-context';
import { contextOn, mixedWorld, serve, stillClock } from '../testing/health-world';
import { HEALTH_KINDS } from '../volume-detail/kinds';
import { diskLabel } from '../volume-detail/disk-label';
import type { Wording } from '../volume-detail/words';
import { isNotWell, reportText } from './report';
import { parseWhatIf, rehearse, targetsOf, whatIfText } from './what-if';

let cluster: OwnedClusterContext;
const t = createTranslator().t;
const wording = (): Wording => ({ t, locale: 'en-us', now: NOW, labelDisk: (node, disk) => diskLabel(cluster.inventory, node, disk) });

async function start(prepare: (steve: ReturnType<typeof serve>) => void = () => undefined): Promise<void> {
  const steve = serve(mixedWorld());

  prepare(steve);
  cluster = contextOn(steve, { t, clock: stillClock(NOW) });
  cluster.inventory.need(HEALTH_KINDS);
  await cluster.inventory.settled(HEALTH_KINDS);
  await new Promise((resolve) => { setTimeout(resolve, 60); });
}

beforeEach(async () => { await start(); });
afterEach(() => { cluster.dispose(); });

describe('what if', () => {
  it('keeps its question in the address', () => {
    for (const whatIf of [{ question: 'drain', targets: ['node-1', 'node-2'] }, { question: 'upgrade', targets: [] }, { question: 'disk', targets: ['a:b'] }] as const) {
      expect(parseWhatIf(whatIfText(whatIf))).toEqual(whatIf);
    }
    expect(parseWhatIf('nonsense:x')).toEqual({ question: 'drain', targets: ['x'] });
  });

  it('answers for hosts, disks, the order of drains and an upgrade', () => {
    // node-1 holds the only good replica of erp-db-01, build-cache and the stopped archive; of web-01 one of two.
    const drain = rehearse(cluster, { question: 'drain', targets: ['node-1'] });

    expect(drain).toMatchObject({ question: 'drain', drain: { isAllowed: false, policy: 'block-if-contains-last-replica' } });
    expect(drain?.question === 'drain' && drain.loss.stoppedMachines).toEqual(['ci/runner-2', 'default/archive', 'erp/erp-db-01']);
    expect(rehearse(cluster, { question: 'fail', targets: ['node-2'] })).toMatchObject({ loss: { counts: { lost: 0 } } });
    expect(rehearse(cluster, { question: 'disk', targets: ['disk-1'] })).toMatchObject({ loss: { stoppedMachines: ['ci/runner-2', 'default/archive', 'erp/erp-db-01'] } });
    const order = rehearse(cluster, { question: 'order', targets: [] });

    expect(order?.question === 'order' && order.order.at(-1)?.nodeName).toBe('node-1');
    expect(rehearse(cluster, { question: 'upgrade', targets: [] })).toMatchObject({ refusals: [{ code: 'degraded-volumes', status: 400 }, { code: 'single-replica-attached' }, { code: 'single-replica-detached' }] });
    expect(rehearse(cluster, { question: 'drain', targets: [] })).toBeNull();
  });

  it('offers what there is to choose from', () => {
    expect(targetsOf(cluster, 'drain', (_node, disk) => disk).map(({ value }) => value)).toEqual(['node-1', 'node-2', 'node-3', 'node-4']);
    expect(targetsOf(cluster, 'disk', (_node, disk) => disk)[0]).toEqual({ value: 'disk-1', label: 'node-1 · nvme0' });
    expect(targetsOf(cluster, 'zone', (_node, disk) => disk)).toEqual([]);
  });
});

describe('the report', () => {
  it('tells everything that is not well, worst first, with cause, next step, replicas, evidence and command', () => {
    const text = reportText(cluster, wording());
    const heads = text.split('\n').filter((line) => /^\d+\. /.test(line));

    expect(heads[0]).toContain('default/legacy-disk-0: Faulted');
    expect(heads).toHaveLength([...cluster.health.verdicts()].filter(isNotWell).length);
    expect(heads.some((line) => line.includes('web-01-disk-0'))).toBe(false);
    expect(text).toContain('node-3: Host down');
    expect(text).toMatch(/erp\/erp-db-01-disk-0: Degraded · waiting, 1 of 2\n[\s\S]*?erp\/erp-db-01 \(boot\)[\s\S]*?→ [\s\S]*?- node-1 · nvme0: Good\n[\s\S]*?status\.robustness = degraded \(read [\s\S]*?kubectl -n longhorn-system get volumes\.longhorn\.io pvc-erp -o yaml/);
    expect(text).not.toMatch(/lhv2\.|undefined|\{\w+\}/);
  });

  it('calls nothing well that could not be read', async () => {
    cluster.dispose();
    await start((steve) => { steve.absent.add('longhorn.io.replica'); });
    const text = reportText(cluster, wording());

    expect(text).not.toContain('Every volume is well');
    expect(text).toContain('not visible to you');
    expect(text).not.toMatch(/Healthy \d/);
  });
});
