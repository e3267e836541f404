import { onBeforeUnmount, shallowReactive } from 'vue';

const preferred = shallowReactive(new Map<string, number>());

/**
 * Panels are registered for two places of a detail page, because which of them a page has depends on its version. The
 * preferred one always shows; the other only while the preferred one is not on the page.
 */
export function useOnce(key: string, isPreferred: boolean): () => boolean {
  if (isPreferred) {
    preferred.set(key, (preferred.get(key) ?? 0) + 1);
    onBeforeUnmount(() => {
      const left = (preferred.get(key) ?? 1) - 1;

      if (left <= 0) {
        preferred.delete(key);
      } else {
        preferred.set(key, left);
      }
    });
  }

  return () => isPreferred || !preferred.has(key);
}
