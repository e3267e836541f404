// @vitest-environment happy-dom
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nextTick, shallowRef } from 'vue';
import { ApiError } from '@/api/error';
import type { FakeSteve } from '@/api/testing/fake-steve';
import type { RawObject } from '@/domain/kube/types';
import { NOW, rawVolume } from '@/domain/testing/raw-objects';
import { createTranslator } from '@/l10n/translate';
import type { OwnedClusterContext } from '@/stores/cluster-context';
import { CLUSTER } from '@/stores/contract';
import { contextOn, largeWorld, mixedWorld, serve, stillClock } from '../testing/health-world';
import { changeQuery, URL_STATE, type Query, type UrlState } from '../url-state';
import * as csv from './csv';
import VolumeHealthPage from './VolumeHealthPage.vue';

let steve: FakeSteve;
let cluster: OwnedClusterContext;
let page: VueWrapper;
let url: UrlState;

function memoryUrl(start: Query): UrlState {
  const query = shallowRef(start);

  return { query, set: (changes) => { query.value = changeQuery(query.value, changes); } };
}

async function settle(ms = 600): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await nextTick();
}

async function open(query: Query = {}, objects: readonly RawObject[] = mixedWorld(), prepare: (server: FakeSteve) => void = () => undefined): Promise<void> {
  steve = serve(objects);
  prepare(steve);
  cluster = contextOn(steve, { t: createTranslator().t, clock: stillClock(NOW), pageSize: 5000 });
  url = memoryUrl(query);
  page = mount(VolumeHealthPage, { attachTo: document.body, global: { provide: { [CLUSTER as symbol]: cluster, [URL_STATE as symbol]: url } } });
  await settle();
}

const rows = (): string[] => page.findAll('[data-testid=lhv2-row]').map((row) => row.attributes('data-volume') ?? '');
const tile = (name: string): ReturnType<VueWrapper['find']> => page.find(`[data-tile=${name}]`);

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  // happy-dom lays nothing out: give the table a window of ten lines.
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(680);
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(1200);
});
afterEach(() => {
  page.unmount();
  cluster.dispose();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('VolumeHealthPage', () => {
  it('says in one sentence how things stand, and shows the worst first', async () => {
    await open();
    expect(page.find('[data-testid=lhv2-sentence]').text()).toMatch(/^\d of 9 volumes need you\..*1 is rebuilding \(43\u00a0%\)/);
    expect(page.find('[data-testid=lhv2-live]').attributes('data-state')).toBe('live');
    expect(rows()[0]).toBe('pvc-lost');
    expect(rows()).toHaveLength(9);
    expect(page.find('[data-testid=lhv2-row]').text()).toContain('Faulted');
  });

  it('filters by tile through the address, and back', async () => {
    await open();
    await tile('waiting').trigger('click');
    await settle();
    expect(rows()).toEqual(['pvc-erp']);
    expect(tile('waiting').attributes('aria-pressed')).toBe('true');
    await vi.waitFor(() => { expect(url.query.value).toEqual({ state: 'waiting' }); });
    await page.find('[data-chip=state-waiting]').trigger('click');
    await settle();
    await vi.waitFor(() => { expect(url.query.value).toEqual({}); });
    expect(rows()).toHaveLength(9);
  });

  it('opens a link with filters, order and drawer as it was sent', async () => {
    await open({ q: 'disk', sort: '-volume', volume: 'pvc-web-07', cols: 'size' });
    expect(rows()[0]).toBe('pvc-web-07');
    expect(page.findAll('[role=columnheader]').map((head) => head.text().trim())).toEqual(['State', 'Volume\u00a0↓', 'Size']);
    vi.useRealTimers();
    // The drawer is loaded on first use: how long that takes is the machine's affair.
    await import('../volume-detail/VolumeDrawer.vue');
    await vi.waitFor(() => { expect(page.find('[data-testid=lhv2-volume-drawer]').exists()).toBe(true); });
    expect(page.find('[data-testid=lhv2-volume-drawer]').attributes('data-volume')).toBe('pvc-web-07');
  });

  it('finds a volume by the words of its cause', async () => {
    await open({ q: 'node-3 is down and holds' });
    expect(rows()).toEqual(['pvc-erp']);
  });

  it('moves a volume when it recovers, without reading anything again', async () => {
    await open({ state: 'waiting' });
    const lists = steve.listCalls.length;
    const recovered = rawVolume({ spec: { numberOfReplicas: 1 }, status: { robustness: 'healthy', kubernetesStatus: { pvName: 'pvc-erp', namespace: 'erp', pvcName: 'erp-db-01-disk-0', workloadsStatus: [] } } }, 'pvc-erp');

    serve([recovered], steve);
    steve.remove('longhorn.io.replica', 'longhorn-system/pvc-erp-r-3');
    await settle(2000);
    expect(rows()).toEqual([]);
    expect(tile('healthy').text()).toContain('3');
    expect(steve.listCalls).toHaveLength(lists);
  });

  it('groups with a head above each group that folds it', async () => {
    await open({ group: 'node', q: 'disk' });
    const heads = page.findAll('[data-testid=lhv2-group-line]');

    expect(heads.map((head) => head.text())).toEqual([expect.stringMatching(/^node-1/), expect.stringMatching(/^Not attached/)]);
    const before = rows().length;

    await heads[0]!.find('button').trigger('click');
    await settle();
    expect(rows().length).toBeLessThan(before);
    expect(page.find('[data-testid=lhv2-group-line] button').attributes('aria-expanded')).toBe('false');
  });

  it('draws only the lines in view of a long list, and says how many there are', async () => {
    await open({}, largeWorld(90));
    expect(page.find('[data-testid=lhv2-table]').attributes('aria-rowcount')).toBe('91');
    expect(rows().length).toBeLessThan(30);
    window.dispatchEvent(new Event('beforeprint'));
    await nextTick();
    expect(rows()).toHaveLength(90);
    window.dispatchEvent(new Event('afterprint'));
    await nextTick();
    expect(rows().length).toBeLessThan(30);
  });

  it('exports what is shown, in the order shown', async () => {
    await open({ state: 'waiting,rebuilding' });
    const download = vi.spyOn(csv, 'download').mockImplementation(() => undefined);

    await page.find('[data-testid=lhv2-csv]').trigger('click');
    const [name, text] = download.mock.calls[0]!;
    const lines = text.trim().split('\r\n');

    expect(name).toMatch(/^volume-health-.*\.csv$/);
    expect(lines).toHaveLength(3);
    expect(lines[1]).toContain('erp/erp-db-01-disk-0');
    expect(lines[2]).toContain('Rebuilding');
  });

  it('shows dashes and no rows to a person who may not read Longhorn', async () => {
    await open({}, mixedWorld(), (server) => { ['longhorn.io.volume', 'longhorn.io.replica', 'longhorn.io.engine', 'longhorn.io.node'].forEach((kind) => server.unlistable.add(kind)); });
    expect(page.find('[data-testid=lhv2-sentence]').text()).toContain('no right to read');
    expect(page.findAll('.lhv2-tile-count').every((count) => count.text() === '—')).toBe(true);
    expect(page.find('[data-testid=lhv2-map]').text()).not.toContain('v2 ready');
    expect(page.text()).not.toContain('No volume runs on a single good replica');
  });

  it('marks everything stale when the line is lost, and calls nothing healthy', async () => {
    await open();
    steve.refusesSockets = true;
    steve.dropSockets();
    await settle(2500);
    expect(page.find('[data-testid=lhv2-live]').text()).toContain('Stale since');
    expect(page.findAll('[data-testid=lhv2-row] [data-level=healthy]')).toHaveLength(0);
    expect(page.find('[data-testid=lhv2-map]').findAll('[data-level=healthy]')).toHaveLength(0);
  });
});

describe('VolumeDrawer', () => {
  async function openDrawer(volume: string): Promise<VueWrapper> {
    await open({ volume });
    vi.useRealTimers();
    await vi.waitFor(() => { expect(page.find('[data-testid=lhv2-volume-drawer]').exists()).toBe(true); });
    return page;
  }

  it('explains the missing replica for every host, and cites what it read', async () => {
    const drawer = await openDrawer('pvc-web-07');

    expect(drawer.find('[data-testid=lhv2-why-not-here]').attributes('data-placeable')).toBe('no');
    expect(drawer.findAll('[data-testid=lhv2-why-not-here] tbody tr').map((row) => row.attributes('data-code'))).toEqual(['holds-replica', 'holds-replica', expect.stringMatching(/not-ready/), expect.stringMatching(/no-(block-)?disk/)]);
    expect(drawer.find('[data-testid=lhv2-evidence]').text()).toContain('kubectl -n longhorn-system get volumes.longhorn.io pvc-web-07 -o yaml');
    expect(drawer.find('[data-testid=lhv2-evidence]').text()).toContain('status.robustness');
  });

  it('sends exactly what it showed, and says what the server answered', async () => {
    const drawer = await openDrawer('pvc-web-07');
    const patch = vi.spyOn(cluster.api, 'patch')
      .mockRejectedValueOnce(new ApiError({ status: 403, code: 'Forbidden', message: 'volumes is forbidden', raw: '', isAbort: false }))
      .mockResolvedValueOnce({});

    await drawer.find('[data-action=set-replica-count] button').trigger('click');
    await flushPromises();
    const request = drawer.find('[data-testid=lhv2-action-request]').text();

    expect(patch).not.toHaveBeenCalled();
    await drawer.find('[data-testid=lhv2-confirm-ok]').trigger('click');
    await vi.waitFor(() => { expect(patch).toHaveBeenCalledTimes(1); });
    await flushPromises();
    expect(request).toContain(JSON.stringify(patch.mock.calls[0]![2], null, 2));
    expect(patch.mock.calls[0]!.slice(0, 2)).toEqual(['longhorn.io.volume', 'longhorn-system/pvc-web-07']);
    expect(drawer.find('[data-testid=lhv2-confirm]').text()).toContain('The server refused (403): volumes is forbidden');
    await drawer.find('[data-testid=lhv2-confirm-ok]').trigger('click');
    await vi.waitFor(() => { expect(patch).toHaveBeenCalledTimes(2); });
    await flushPromises();
    expect(drawer.find('[data-testid=lhv2-action-done]').text()).toContain('Accept 2 replicas');
    expect(drawer.find('[data-testid=lhv2-action-request]').exists()).toBe(false);
  });

  it('shows a rebuild with its way, and no time left before it is earned', async () => {
    const drawer = await openDrawer('pvc-cache');

    expect(drawer.find('[data-testid=lhv2-rebuild-detail]').text()).toContain('node-1 → node-2, 43 %');
    expect(drawer.find('[data-testid=lhv2-rebuild-detail]').text()).toContain('estimating');
    expect(drawer.find('[data-testid=lhv2-rebuild-detail]').text()).not.toMatch(/\d+m left/);
  });

  it('reads the volume’s own events, newest first, and not its neighbours’', async () => {
    await open({}, mixedWorld(), (server) => {
      const event = (name: string, about: string, lastTimestamp: string): void => {
        server.put('event', `longhorn-system/${name}`, { metadata: { name, namespace: 'longhorn-system', uid: name }, involvedObject: { kind: 'Volume', name: about }, reason: name, message: 'm', _type: 'Warning', lastTimestamp });
      };

      event('Degraded', 'pvc-web-07', '2026-08-20T08:00:00Z');
      event('Failed', 'pvc-web-07-r-2', '2026-08-20T09:00:00Z');
      event('Other', 'pvc-web-070', '2026-08-20T09:30:00Z');
    });
    url.set({ volume: 'pvc-web-07' });
    vi.useRealTimers();
    await vi.waitFor(() => { expect(page.findAll('[data-testid=lhv2-events] li').map((item) => item.find('strong').text())).toEqual(['Failed', 'Degraded']); });
  });
});
