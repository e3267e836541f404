import { describe, expect, it } from 'vitest';
import { isDnsLabel, isDnsSubdomain, longhornId, objectId, splitId, stripScheme } from './names';
import { parseQuantity } from './quantities';
import { ceilToGiB, formatBytes, scaleBytes, toGiQuantity } from './sizes';

describe('quantities', () => {
  it.each([['10Gi', 10737418240], ['1500M', 1500e6], ['0.5Ti', 549755813888], ['1e3', 1000], ['12', 12], ['100m', 1], ['1k', 1000], [7, 7], [7.2, 8], [' 5Gi ', 5 * 2 ** 30], ['+5', 5], ['-1', -1], ['.25Gi', 2 ** 28], ['.2Gi', 214748365], ['12.25', 13], ['1.5e-1', 1], ['2E2', 200], ['1e12', 1e12], ['1000000n', 1], ['2000001u', 3], ['1G', 1e9], ['1T', 1e12], ['1P', 1e15], ['1E', 1e18], ['1Ki', 1024], ['1Mi', 2 ** 20], ['1Pi', 2 ** 50], ['1Ei', 2 ** 60], ['0', 0]])('%s', (text, bytes) => {
    expect(parseQuantity(text)).toBe(bytes);
  });
  it.each(['', 'Gi', '10 Gi', '10gi', '1.2.3', 'x10Gi', '10GiB', '1ee3', '1e', '.', '1x2', NaN, Infinity, '1e999', null, undefined, {}])('%s is none', (text) => expect(parseQuantity(text)).toBeNull());
});

describe('sizes', () => {
  it('rounds to three digits and to whole GiB', () => {
    expect([formatBytes(40 * 2 ** 30), formatBytes(2045 * 2 ** 30), formatBytes(0), formatBytes(1023.9 * 2 ** 20)]).toEqual(['40 GiB', '2 TiB', '0 B', '1 GiB']);
    expect([ceilToGiB(1), toGiQuantity(2147483649)]).toEqual([1073741824, '3Gi']);
  });
  it.each([
    [999, 999, 'B'], [1023, 1023, 'B'], [1023.5, 1, 'KiB'], [1023.4, 1023, 'B'], [1.5, 2, 'B'], [1234, 1.21, 'KiB'], [10 * 1024 + 60, 10.1, 'KiB'], [9.996 * 1024, 10, 'KiB'],
    [100 * 1024 + 300, 100, 'KiB'], [99.95 * 2 ** 30, 100, 'GiB'], [12.34 * 2 ** 40, 12.3, 'TiB'], [3 * 2 ** 50, 3, 'PiB'], [5000 * 2 ** 50, 5000, 'PiB'], [-1536, -1.5, 'KiB'], [NaN, 0, 'B'], [Infinity, 0, 'B']
  ])('%s bytes are %s %s', (bytes, value, unit) => {
    expect(scaleBytes(bytes)).toEqual({ value, unit });
  });
  it('writes the number as the locale does', () => {
    expect(formatBytes(1.86 * 2 ** 40)).toBe('1.86 TiB');
    expect(formatBytes(1.86 * 2 ** 40, 'de-DE')).toBe('1,86 TiB');
    expect(formatBytes(5000 * 2 ** 50)).toBe('5,000 PiB');
  });
});

describe('names', () => {
  it('splits ids and strips schemes', () => {
    expect(splitId('a/b')).toEqual({ namespace: 'a', name: 'b' });
    expect(splitId('node-1')).toEqual({ namespace: '', name: 'node-1' });
    expect([stripScheme('tcp://1.2.3.4:5'), stripScheme('1.2.3.4:5')]).toEqual(['1.2.3.4:5', '1.2.3.4:5']);
    expect(splitId('/b')).toEqual({ namespace: '', name: 'b' });
    expect(splitId('a/b/c')).toEqual({ namespace: 'a', name: 'b/c' });
    expect([objectId('a', 'b'), objectId('', 'b'), longhornId('pvc-1')]).toEqual(['a/b', 'b', 'longhorn-system/pvc-1']);
    expect(stripScheme('://x')).toBe('x');
    expect([isDnsLabel('a-b'), isDnsLabel('a.b'), isDnsSubdomain('a.b'), isDnsSubdomain('A'), isDnsLabel('a'.repeat(64))]).toEqual([true, false, true, false, false]);
  });
  it.each(['a', '7', 'ab', 'a-b', 'a--b', 'abc', 'a'.repeat(63)])('%s is a label and a subdomain', (name) => {
    expect([isDnsLabel(name), isDnsSubdomain(name)]).toEqual([true, true]);
  });
  it.each(['', '-a', 'a-', 'A', 'a_b', 'a b', 'a.', '.a', 'a..b', 'a.-b', 'a.b-', '-a.b', 'a\n'])('%j is neither', (name) => {
    expect([isDnsLabel(name), isDnsSubdomain(name)]).toEqual([false, false]);
  });
  it.each(['a.b', 'ab.cd', 'abc.de-f.ghi', 'a.b.c', 'a-b.c', `${'a'.repeat(125)}.${'b'.repeat(127)}`])('%s is a subdomain alone', (name) => {
    expect([isDnsLabel(name), isDnsSubdomain(name)]).toEqual([false, true]);
  });
  it('are not longer than Kubernetes allows', () => {
    expect([isDnsLabel('a'.repeat(64)), isDnsSubdomain('a'.repeat(253)), isDnsSubdomain('a'.repeat(254))]).toEqual([false, true, false]);
  });
});
