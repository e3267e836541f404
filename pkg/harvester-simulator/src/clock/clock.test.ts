import { describe, expect, it } from 'vitest';
import { DEFAULT_BASE_TIME, ManualClock, RealTimeClock } from '.';

describe('ManualClock', () => {
  it('runs timers in due order, equal ones in call order, each at its own time', () => {
    const clock = new ManualClock();
    const seen: string[] = [];
    const note = (name: string) => () => { seen.push(`${name}@${String(clock.now() - DEFAULT_BASE_TIME)}`); };
    clock.after(30, note('c'));
    clock.after(10, note('a'));
    clock.after(10, note('b'));
    const cancel = clock.after(20, note('never'));
    clock.after(10, () => clock.after(5, note('nested')));
    cancel();
    clock.advance(25);
    expect(seen).toEqual(['a@10', 'b@10', 'nested@15']);
    clock.advance(5);
    expect(seen.at(-1)).toBe('c@30');
    expect(clock.now()).toBe(DEFAULT_BASE_TIME + 30);
    expect(clock.iso()).toBe('2026-09-01T08:00:00Z');
  });

  it('repeats until cancelled, also from inside', () => {
    const clock = new ManualClock();
    let count = 0;
    const stop = clock.every(10, () => { if (++count === 3) stop(); });
    clock.advance(100);
    expect(count).toBe(3);
    expect(() => clock.every(0, () => undefined)).toThrow(RangeError);
  });

  it('keeps order with many timers', () => {
    const clock = new ManualClock();
    const seen: number[] = [];
    for (let i = 0; i < 1000; i++) clock.after((i * 7919) % 503, () => seen.push(clock.now()));
    clock.advance(1000);
    expect(seen).toHaveLength(1000);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });
});

describe('RealTimeClock', () => {
  it('scales time, stands still at speed 0, and jumps on advance', async () => {
    const clock = new RealTimeClock({ base: 0, speed: 1000 });
    let ran = 0;
    await new Promise<void>((resolve) => clock.after(20_000, () => { ran = clock.now(); resolve(); }));
    expect(ran).toBeGreaterThanOrEqual(20_000);
    expect(ran).toBeLessThan(21_000);
    clock.speed = 0;
    const still = clock.now();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(clock.now()).toBe(still);
    let jumped = 0;
    clock.after(60_000, () => { jumped++; });
    clock.advance(60_000);
    expect(jumped).toBe(1);
    expect(() => { clock.speed = -1; }).toThrow(RangeError);
    clock.stop();
  });

  it('survives a timer that throws', () => {
    const errors: unknown[] = [];
    const clock = new RealTimeClock({ speed: 0, onError: (error) => errors.push(error) });
    let later = false;
    clock.after(1, () => { throw new Error('x'); });
    clock.after(2, () => { later = true; });
    clock.advance(10);
    expect(errors).toHaveLength(1);
    expect(later).toBe(true);
    clock.stop();
  });
});
