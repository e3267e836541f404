import { describe, expect, it } from 'vitest';
import { useAttempt } from './use-attempt';

describe('useAttempt', () => {
  it('is busy while it runs, and runs one thing at a time', async () => {
    const { isBusy, failure, attempt } = useAttempt();
    let finish = (): void => undefined;
    let runs = 0;
    const first = attempt(() => new Promise<void>(resolve => { runs += 1; finish = resolve; }));

    expect(isBusy.value).toBe(true);
    expect(await attempt(() => { runs += 1; return Promise.resolve(); })).toBe(false);
    finish();
    expect(await first).toBe(true);
    expect([runs, isBusy.value, failure.value]).toEqual([1, false, '']);
  });

  it('keeps the server\'s words until the next attempt, and can be tried again', async () => {
    const { isBusy, failure, attempt } = useAttempt();

    expect(await attempt(() => Promise.reject(new Error('quota exceeded')))).toBe(false);
    expect([isBusy.value, failure.value]).toEqual([false, 'quota exceeded']);
    const second = attempt(() => Promise.resolve());

    expect(failure.value).toBe('');
    expect(await second).toBe(true);
  });
});
