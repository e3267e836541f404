import { watch } from 'vue';
import type { InjectionKey } from 'vue';
import { createHarvesterApi } from '@/api';
import type { HttpClient } from '@/api/contract';
import { startRelayWorker } from '@/api/feed/start-relay';
import { createSocketOpener } from '@/api/feed/relayed-socket';
import { createTranslator } from '@/l10n/translate';
import type { Translator } from '@/l10n/translate';
import { createClusterContext } from '@/stores/cluster-context';
import type { OwnedClusterContext } from '@/stores/cluster-context';
import type { Router } from 'vue-router';
import { apiBase, createHttp } from './http';
import { pageLinks } from './links';
import { useSession } from './stores/session';
import { useSimulator } from './stores/simulator';

/** What the shell's own parts share, beside the cluster. */
export interface AppServices {
  readonly http: HttpClient;
  readonly translator: Translator;
  readonly cluster: OwnedClusterContext;
}

export const APP_SERVICES: InjectionKey<AppServices> = Symbol('lhv2-app');

/** Puts the app together around one cluster: the one that serves this page. */
export function createAppServices(router: Router): AppServices {
  const translator = createTranslator();
  const session = useSession();
  const simulator = useSimulator();
  const { clusterId, base } = apiBase(window.location.pathname);
  let onServerTime: (at: number) => void = () => undefined;
  const http = createHttp({
    onUnauthorized: () => { session.end(); },
    onServerTime: (at) => { onServerTime(at); },
    onSimulator: () => { void simulator.find(http); }
  });
  const cluster = createClusterContext({
    clusterId,
    api: createHarvesterApi(http, base),
    openSocket: createSocketOpener(startRelayWorker),
    locale: translator.locale,
    t: (key, params) => translator.t(key, params),
    links: pageLinks,
    navigate: (path) => { void router.push(path.replace(/^#/, '')); },
    onUnauthorized: () => { session.end(); }
  });

  onServerTime = (at) => {
    // A simulated cluster has a time of its own, which it tells with its state.
    if (!simulator.isPresent) {
      cluster.clock.sync(at);
    }
  };
  watch(() => simulator.state, (state) => {
    if (state?.now != null) {
      cluster.clock.sync(state.now, state.speed);
    }
  });

  return { http, translator, cluster };
}
