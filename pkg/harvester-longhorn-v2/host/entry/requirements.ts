import type { HostInternal, HostPlugin, HostStore } from '../types';
import { hasNoticed, notice, type NoticeMemory } from './notice';

/** The parts of the host's extension API that this extension is made of; without any of them it adds nothing at all. */
const NEEDED = {
  plugin: ['DSL', 'addL10n', 'addNavHooks', 'addPanel', 'addProduct', 'addTab', 'addTableColumn', 'register'],
  store: ['commit', 'dispatch', 'subscribe'],
  plugins: ['getPlugins'],
  $axios: ['request']
} as const;

type Parts = Partial<HostInternal> & { readonly plugin?: Partial<HostPlugin> };

/** Names of what the host does not offer and this extension needs; empty for every host it can work in. */
export function missingFromHost(plugin: Partial<HostPlugin>, internal: Partial<HostInternal> | undefined): string[] {
  const parts: Parts = { ...internal, plugin };

  return Object.entries(NEEDED).flatMap(([part, names]) => names
    .filter((name) => typeof (parts[part as keyof Parts] as Readonly<Record<string, unknown>> | undefined)?.[name] !== 'function')
    .map((name) => `${part}.${name}`));
}

/**
 * Says, in one notice per browser session, that nothing was added because the host lacks what is needed; in the console
 * where the host shows no notices. The words come from the script itself: an unfit host may not take texts.
 */
export function reportUnfitHost(plugin: Partial<HostPlugin>, store: Partial<HostStore> | undefined, missing: readonly string[], memory: NoticeMemory = sessionStorage): void {
  const say = async (): Promise<void> => {
    const { selected } = (store?.state?.i18n ?? {}) as { readonly selected?: string };
    const { noticeTitle, hostUnfit } = __LHV2_HOST_MESSAGES__[selected === 'zh-hans' ? selected : 'en-us'];
    const message = String(hostUnfit).replace('{missing}', missing.join(', '));

    if (!hasNoticed(memory)) {
      // eslint-disable-next-line no-console -- the only place left to say it
      await notice(store as HostStore, memory, String(noticeTitle), message).catch(() => { console.warn(message); });
    }
  };

  if (plugin.addNavHooks === undefined) {
    void say();

    return;
  }
  plugin.addNavHooks({
    // Not awaited: the host signs the person in only when this is done.
    onLogin: () => {
      void say();

      return Promise.resolve();
    }
  });
}
