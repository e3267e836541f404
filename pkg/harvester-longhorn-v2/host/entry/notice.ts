import type { HostStore } from '../types';

const SHOWN = 'lhv2-notice';

export type NoticeMemory = Pick<Storage, 'getItem' | 'setItem'>;

/** True when this browser session has had its notice. */
export const hasNoticed = (memory: NoticeMemory): boolean => memory.getItem(SHOWN) !== null;

/** Shows the one notice that a browser session gets; it stays until it is closed. */
export async function notice(store: Pick<HostStore, 'dispatch'>, memory: NoticeMemory, title: string, message: string): Promise<void> {
  memory.setItem(SHOWN, '1');
  await store.dispatch('growl/warning', { title, message, timeout: 0 });
}
