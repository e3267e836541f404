export interface FrameScheduler {
  /** Runs the work once, at the next frame; further calls until then change nothing. */
  request(): void;
  cancel(): void;
}

const HIDDEN_PAUSE = 50;

/**
 * Browsers run no frames for hidden pages, and Node has none: there a timer does.
 *
 * @param interval least time between two runs, milliseconds: the first request after a pause is served at the next
 * frame, a stream of requests is bundled
 */
export function createFrameScheduler(work: () => void, interval = 0): FrameScheduler {
  let frame: number | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let ranAt = -Infinity;

  const cancel = (): void => {
    if (frame !== null) {
      cancelAnimationFrame(frame);
    }
    if (timer !== null) {
      clearTimeout(timer);
    }
    frame = timer = null;
  };
  const run = (): void => {
    cancel();
    ranAt = performance.now();
    work();
  };
  const awaitFrame = (): void => {
    const isDrawn = typeof requestAnimationFrame === 'function' && typeof document !== 'undefined' && !document.hidden;

    if (isDrawn) {
      frame = requestAnimationFrame(run);
    }
    // Also beside a frame: the page may be hidden before it comes.
    timer = setTimeout(run, isDrawn ? HIDDEN_PAUSE * 5 : HIDDEN_PAUSE);
  };

  return {
    cancel,
    request() {
      if (frame !== null || timer !== null) {
        return;
      }
      const wait = ranAt + interval - performance.now();

      if (wait > 0) {
        timer = setTimeout(awaitFrame, wait);
      } else {
        awaitFrame();
      }
    }
  };
}
