export interface FrameScheduler {
  /** Runs the work once, at the next frame; further calls until then change nothing. */
  request(): void;
  cancel(): void;
}

const HIDDEN_PAUSE = 50;

/** Browsers run no frames for hidden pages, and Node has none: there a timer does. */
export function createFrameScheduler(work: () => void): FrameScheduler {
  let frame: number | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;

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
    work();
  };

  return {
    cancel,
    request() {
      if (frame !== null || timer !== null) {
        return;
      }
      const isDrawn = typeof requestAnimationFrame === 'function' && typeof document !== 'undefined' && !document.hidden;

      if (isDrawn) {
        frame = requestAnimationFrame(run);
      }
      // Also beside a frame: the page may be hidden before it comes.
      timer = setTimeout(run, isDrawn ? HIDDEN_PAUSE * 5 : HIDDEN_PAUSE);
    }
  };
}
