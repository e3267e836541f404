import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ROLES } from '../pkg/harvester-simulator/src/steve/access';
import { readStartOptions, rewriteCookie, StartError } from './start-options';

describe('readStartOptions', () => {
  it('has defaults', () => {
    expect(readStartOptions({})).toEqual({ port: 8005, host: '127.0.0.1', api: null, isInsecure: false, scenario: null, speed: null, version: null, role: null });
  });

  it('reads everything', () => {
    expect(readStartOptions({ PORT: '9000', HOST: '0.0.0.0', API: 'https://h.example/dashboard/', API_INSECURE: '1', SCENARIO: 'node-down', SPEED: '0.5', HARVESTER_VERSION: '1.7', ROLE: 'project-member' }))
      .toEqual({ port: 9000, host: '0.0.0.0', api: 'https://h.example', isInsecure: true, scenario: 'node-down', speed: 0.5, version: '1.7', role: 'project-member' });
    expect(readStartOptions({ API_INSECURE: 'false' }).isInsecure).toBe(false);
  });

  it.each([[{ PORT: 'http' }], [{ PORT: '70000' }], [{ PORT: '-1' }], [{ SPEED: '0' }], [{ SPEED: 'fast' }], [{ API: 'harvester.example' }], [{ API: 'ftp://x' }]])('refuses %j in words', (env) => {
    expect(() => readStartOptions(env)).toThrow(StartError);
  });
});

describe('the README', () => {
  const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
  const readme = read('../README.md');

  it('names every setting, and none that is not there', () => {
    const settings = new Set([...read('./start-options.ts').matchAll(/env\.([A-Z_]+)/g)].map(([, name]) => name));

    expect(new Set([...readme.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name))).toEqual(settings);
  });

  it('names every role', () => {
    expect(/^\| `ROLE` \|.*$/m.exec(readme)?.[0]).toContain(ROLES.map((role) => `\`${ role }\``).join(', '));
  });
});

describe('rewriteCookie', () => {
  it('drops what keeps a cookie from http://localhost, and nothing else', () => {
    expect(rewriteCookie('R_SESS=token-x; Path=/; Domain=h.example; Secure; HttpOnly; SameSite=None')).toBe('R_SESS=token-x; Path=/; HttpOnly');
    expect(rewriteCookie('CSRF=abc; Path=/; SameSite=Lax')).toBe('CSRF=abc; Path=/; SameSite=Lax');
  });
});
