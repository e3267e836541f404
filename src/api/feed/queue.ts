/** At most `width` jobs at a time; the rest wait their turn. */
export function createQueue(width: number): <T>(job: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];

  return async(job) => {
    if (running >= width) {
      await new Promise<void>((resolve) => { waiting.push(resolve); });
    }
    running++;
    try {
      return await job();
    } finally {
      running--;
      waiting.shift()?.();
    }
  };
}
