import { describe, expect, it } from 'vitest';
import { asFlag, asNumber, asText, asTime } from './fields';
import { isDnsLabel, isDnsSubdomain, splitId, stripScheme } from './names';
import { parseQuantity } from './quantities';
import { ceilToGiB, formatBytes, toGiQuantity } from './sizes';

describe('fields', () => {
  it('reads numbers from text and refuses what is no number', () => {
    expect([asNumber('12'), asNumber(3), asNumber(''), asNumber('x'), asNumber(NaN), asNumber(null)]).toEqual([12, 3, null, null, null, null]);
    expect([asText(5), asText(null), asFlag('true'), asFlag('yes')]).toEqual(['5', '', true, false]);
  });
  it('reads no time where Go wrote its zero', () => {
    expect([asTime(''), asTime('0001-01-01T00:00:00Z'), asTime('soon'), asTime('2026-01-01T00:00:00Z')]).toEqual([null, null, null, Date.UTC(2026, 0, 1)]);
  });
});

describe('quantities', () => {
  it.each([['10Gi', 10737418240], ['1500M', 1500e6], ['0.5Ti', 549755813888], ['1e3', 1000], ['12', 12], ['100m', 1], ['1k', 1000], [7, 7]])('%s', (text, bytes) => {
    expect(parseQuantity(text)).toBe(bytes);
  });
  it.each(['', 'Gi', '10 Gi', '10gi', '1.2.3', null, undefined, {}])('%s is none', (text) => expect(parseQuantity(text)).toBeNull());
});

describe('sizes', () => {
  it('rounds to three digits and to whole GiB', () => {
    expect([formatBytes(40 * 2 ** 30), formatBytes(2045 * 2 ** 30), formatBytes(0), formatBytes(1023.9 * 2 ** 20)]).toEqual(['40 GiB', '2 TiB', '0 B', '1 GiB']);
    expect([ceilToGiB(1), toGiQuantity(2147483649)]).toEqual([1073741824, '3Gi']);
  });
});

describe('names', () => {
  it('splits ids and strips schemes', () => {
    expect(splitId('a/b')).toEqual({ namespace: 'a', name: 'b' });
    expect(splitId('node-1')).toEqual({ namespace: '', name: 'node-1' });
    expect([stripScheme('tcp://1.2.3.4:5'), stripScheme('1.2.3.4:5')]).toEqual(['1.2.3.4:5', '1.2.3.4:5']);
    expect([isDnsLabel('a-b'), isDnsLabel('a.b'), isDnsSubdomain('a.b'), isDnsSubdomain('A'), isDnsLabel('a'.repeat(64))]).toEqual([true, false, true, false, false]);
  });
});
