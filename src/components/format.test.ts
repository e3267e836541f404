import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBytes, formatClock, formatDuration } from './format';

describe('formatBytes', () => {
  it('uses binary units and three significant digits', () => {
    expect(formatBytes(42_949_672_960, 'en-us')).toBe('40 GiB');
    expect(formatBytes(1.84 * 2 ** 40, 'en-us')).toBe('1.84 TiB');
    expect(formatBytes(1023, 'en-us')).toBe('1020 B');
    expect(formatBytes(0, 'en-us')).toBe('0 B');
  });

  it('never reads an unknown size as zero', () => {
    expect(formatBytes(null, 'en-us')).toBe('—');
    expect(formatBytes(Number.NaN, 'zh-hans')).toBe('—');
  });
});

describe('formatDuration', () => {
  it('gives at most two units, rounded down', () => {
    expect(formatDuration(7_800_000, 'en-us')).toBe('2h 10m');
    expect(formatDuration(245_000, 'en-us')).toBe('4m 5s');
    expect(formatDuration(3_600_000, 'en-us')).toBe('1h');
    expect(formatDuration(12 * 86_400_000 + 3_600_000, 'en-us')).toBe('12d');
    expect(formatDuration(7_800_000, 'zh-hans')).toBe('2小时 10分钟');
  });

  it('never shows a negative span', () => {
    fc.assert(fc.property(fc.integer({ min: -1e12, max: 1e12 }), (span) => {
      expect(formatDuration(span, 'en-us')).not.toContain('-');
    }));
  });
});

describe('formatClock', () => {
  it('puts the date in front on another day only', () => {
    const now = new Date(2026, 5, 2, 10, 36, 12).getTime();

    expect(formatClock(now, now, 'en-us')).toBe('10:36');
    expect(formatClock(now, now, 'en-us', true)).toBe('10:36:12');
    expect(formatClock(now - 86_400_000, now, 'en-us')).toBe('Jun 1, 10:36');
  });
});
