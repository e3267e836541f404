import { describe, expect, it } from 'vitest';
import { defaultCloneStrategy, parseVersion, supports } from './version';

describe('parseVersion', () => {
  it.each([
    ['v1.8.2', 1, 8, 2],
    ['1.7.0', 1, 7, 0],
    ['v1.9.0-rc3', 1, 9, 0],
    ['v1.6', 1, 6, 0]
  ])('%s', (text, major, minor, patch) => {
    expect(parseVersion(text)).toMatchObject({ major, minor, patch, isParsed: true });
  });

  it('takes a development build for the latest', () => {
    const version = parseVersion('master-3d63c2af-head');

    expect(version.isParsed).toBe(false);
    expect(supports(version, 'v2HugepageSettings')).toBe(true);
    expect(defaultCloneStrategy(version)).toBe('csi-clone');
  });
});

describe('supports', () => {
  it('gates CDI images at 1.5', () => {
    expect(supports(parseVersion('v1.4.3'), 'cdiImages')).toBe(false);
    expect(supports(parseVersion('v1.5.0'), 'cdiImages')).toBe(true);
    expect(supports(parseVersion('v2.0.0'), 'cdiImages')).toBe(true);
  });
});

describe('defaultCloneStrategy', () => {
  it.each([['v1.5.2', 'copy'], ['v1.8.2', 'copy'], ['v1.9.0-rc2', 'copy'], ['v1.9.0-rc3', 'csi-clone'], ['v1.9.0', 'csi-clone'], ['v1.10.0', 'csi-clone']])('%s: %s', (text, strategy) => {
    expect(defaultCloneStrategy(parseVersion(text))).toBe(strategy);
  });
});
