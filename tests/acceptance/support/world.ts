import axios from 'axios';
import { mount } from '@vue/test-utils';
import type { VueWrapper } from '@vue/test-utils';
import { vi } from 'vitest';
import { ref } from 'vue';
import type { Component } from 'vue';
import WebSocket from 'ws';
import { createHarvesterApi } from '@/api';
import type { ApiFailure, HarvesterApi } from '@/api/contract';
import type { SocketLike } from '@/api/feed';
import { pageLinks } from '@/app/links';
import type { InventoryKind } from '@/domain/view';
import { forgetDrafts } from '@/features/drafts/use-draft';
import { createTranslator } from '@/l10n/translate';
import type { Locale } from '@/l10n/translate';
import { createClusterContext } from '@/stores/cluster-context';
import type { OwnedClusterContext } from '@/stores/cluster-context';
import { CLUSTER } from '@/stores/contract';
import { createSimulator } from '../../../pkg/harvester-simulator/src/index';
import type { Cluster, KubeObject } from '../../../pkg/harvester-simulator/src/contract';
import type { Simulator, SimulatorOptions } from '../../../pkg/harvester-simulator/src/index';

/** A page of the app over the simulator's own HTTP and WebSockets, in this process. */
export interface World {
  readonly simulator: Simulator;
  /** Objects as they are on the server. */
  readonly store: Cluster['store'];
  readonly api: HarvesterApi;
  readonly context: OwnedClusterContext;
  /** Where the page was sent, in order. */
  readonly paths: readonly string[];
  /** Cluster time goes on by so much at once. */
  advance(seconds: number): Promise<void>;
  control(command: string, args?: Readonly<Record<string, unknown>>): string;
  /** Resolves when the page has read the kinds. */
  read(...kinds: readonly InventoryKind[]): Promise<void>;
  open(page: Component, props?: Readonly<Record<string, unknown>>): Screen;
  speak(locale: Locale): Promise<void>;
  /** Objects of a kind on the server. */
  list(kind: string): KubeObject[];
}

export interface Screen {
  readonly wrapper: VueWrapper;
  /** Text of an element, '' when it is not there. */
  text(testId: string): string;
  has(testId: string): boolean;
  attribute(testId: string, name: string): string | undefined;
  press(testId: string): Promise<void>;
  fill(testId: string, value: string | number): Promise<void>;
}

function openSocket(url: string): SocketLike {
  const socket = new WebSocket(url);

  // A page that is closed while its socket opens: the browser says nothing either.
  socket.on('error', () => undefined);

  return socket as unknown as SocketLike;
}

const closers: (() => Promise<void>)[] = [];

/** Ends every world of the test: use as `afterEach(closeWorlds)`. */
export async function closeWorlds(): Promise<void> {
  forgetDrafts();
  await Promise.all(closers.splice(0).map((close) => close()));
}

/** Waits until an assertion holds; fails with its own words. */
export const until = <T>(assertion: () => T | Promise<T>, timeout = 45_000): Promise<T> => vi.waitFor(assertion, { timeout, interval: 25 });

/** What the server said, of a call that it must refuse. */
export async function refusal(call: Promise<unknown>): Promise<ApiFailure> {
  try {
    await call;
  } catch (error) {
    return error as ApiFailure;
  }
  throw new Error('the server accepted it');
}

export async function startWorld(options: SimulatorOptions = {}): Promise<World> {
  const simulator = createSimulator({ baseTime: 'now', speed: 20, ...options });
  const { url, close } = await simulator.listen();
  // The browser's adapter would ask the test's make-believe window.
  const api = createHarvesterApi(axios.create({ adapter: 'http', baseURL: url, proxy: false }), '/v1/harvester', { retries: 0 });
  const translator = createTranslator();
  const paths: string[] = [];
  const context = createClusterContext({
    clusterId: 'local', api, locale: ref('en-us'), t: (key, params) => translator.t(key, params), links: pageLinks, navigate: (path) => { paths.push(path); },
    origin: url, openSocket
  });
  const sync = (): void => { context.clock.sync(simulator.cluster.clock.now(), simulator.cluster.clock.speed); };
  const wrappers: VueWrapper[] = [];

  sync();
  closers.push(async () => {
    for (const wrapper of wrappers) {
      wrapper.unmount();
    }
    context.dispose();
    await close();
    await simulator.close();
  });

  return {
    simulator, api, context, paths,
    get store() { return simulator.cluster.store; },
    async advance(seconds) {
      simulator.control.run('advance', { seconds });
      sync();
      await new Promise((resolve) => { setTimeout(resolve, 20); });
    },
    control: (command, args = {}) => simulator.control.run(command, args),
    read: (...kinds) => { context.inventory.need(kinds); return context.inventory.settled(kinds); },
    open(page, props = {}) {
      const wrapper = mount(page, { props, attachTo: document.body, global: { provide: { [CLUSTER as symbol]: context } } });
      const find = (testId: string) => wrapper.find(`[data-testid="${testId}"]`);

      wrappers.push(wrapper);

      return {
        wrapper,
        text: (testId) => find(testId).exists() ? find(testId).text() : '',
        has: (testId) => find(testId).exists(),
        attribute: (testId, name) => find(testId).exists() ? find(testId).attributes(name) : undefined,
        press: async (testId) => { await until(() => { if (!find(testId).exists()) throw new Error(`no ${testId}`); }); await find(testId).trigger('click'); },
        fill: async (testId, value) => { await until(() => { if (!find(testId).exists()) throw new Error(`no ${testId}`); }); await find(testId).setValue(value); }
      };
    },
    speak: (locale) => translator.setLocale(locale),
    list: (kind) => simulator.cluster.store.list(kind)
  };
}
