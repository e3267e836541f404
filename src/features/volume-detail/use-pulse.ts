import { onScopeDispose, readonly, shallowRef, watch, type Ref, type ShallowRef } from 'vue';

/**
 * A counter that follows `source`, but at most once every `interval` milliseconds: at once after a pause, then bundled.
 * For what costs a pass over the cluster and is read by eyes only.
 */
export function usePulse(source: Readonly<Ref<number>>, interval: number): Readonly<ShallowRef<number>> {
  const pulse = shallowRef(0);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isDue = false;

  function beat(): void {
    pulse.value += 1;
    timer = setTimeout(() => {
      timer = undefined;
      if (isDue) {
        isDue = false;
        beat();
      }
    }, interval);
  }

  watch(source, () => {
    if (timer === undefined) {
      beat();
    } else {
      isDue = true;
    }
  }, { flush: 'sync' });
  onScopeDispose(() => { clearTimeout(timer); });

  return readonly(pulse);
}
