import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import pkg from '../../pkg/harvester-longhorn-v2/package.json';

/** The dashboard's own decisions (`@shell/config/uiplugins`), fed with what our package says of itself. */
interface Gates {
  shouldNotLoadPlugin(entry: unknown, host: { rancherVersion: string; kubeVersion: string }, loaded: readonly unknown[]): string | boolean;
  isSupportedChartVersion(data: { version: { annotations: Readonly<Record<string, string>> }; rancherVersion: string; kubeVersion: string }): boolean;
}

const ANNOTATIONS: Readonly<Record<string, string>> = pkg.rancher.annotations;
const ENTRY = { name: pkg.name, version: pkg.version, endpoint: 'http://files.example.com', metadata: ANNOTATIONS };
const before = process.env.UI_EXTENSIONS_API_VERSION;

/** The decisions of a dashboard built with this version of the shell. */
async function gatesOf(shell: string): Promise<Gates> {
  process.env.UI_EXTENSIONS_API_VERSION = shell;
  vi.resetModules();

  return await import('@shell/config/uiplugins') as unknown as Gates;
}

beforeEach(() => { vi.resetModules(); });
afterEach(() => {
  if (before === undefined) {
    delete process.env.UI_EXTENSIONS_API_VERSION;
  } else {
    process.env.UI_EXTENSIONS_API_VERSION = before;
  }
});

describe('which Ranchers load the extension and offer it on their Extensions page', () => {
  it.each([
    ['3.0.2-rc.6', 'v2.11.0', 'v1.31.4+rke2r1'],
    ['3.0.5-rc.8', 'v2.12.9', 'v1.32.1'],
    ['3.0.8-rc.8', 'v2.13.0-rc3', 'v1.33.0'],
    ['3.0.12-rc.1', 'v2.14.1', 'v1.34.2+k3s1'],
    ['3.0.13', 'v2.15-abcdef-head', 'v1.35.2+k3s1']
  ])('shell %s in Rancher %s on Kubernetes %s: yes', async (shell, rancherVersion, kubeVersion) => {
    const gates = await gatesOf(shell);

    expect(gates.shouldNotLoadPlugin(ENTRY, { rancherVersion, kubeVersion }, [])).toBe(false);
    expect(gates.isSupportedChartVersion({ version: { annotations: ANNOTATIONS }, rancherVersion, kubeVersion: kubeVersion.replace(/\+.*/, '') })).toBe(true);
  });

  it.each([
    ['plugins.error.version', '3.0.1-rc.4', 'v2.10.3', 'v1.31.0'],
    ['plugins.error.api', '2.0.3', 'v2.11.0', 'v1.31.0'],
    ['plugins.error.api', '4.0.0', 'v3.0.0', 'v1.40.0'],
    ['plugins.error.kubeVersion', '3.0.13', 'v2.15.0', 'v1.27.9']
  ])('%s: shell %s in Rancher %s on Kubernetes %s', async (error, shell, rancherVersion, kubeVersion) => {
    const gates = await gatesOf(shell);

    expect(gates.shouldNotLoadPlugin(ENTRY, { rancherVersion, kubeVersion }, [])).toBe(error);
    expect(gates.isSupportedChartVersion({ version: { annotations: ANNOTATIONS }, rancherVersion, kubeVersion })).toBe(false);
  });

  it.each([
    ['plugins.error.generic', { endpoint: '' }],
    ['plugins.error.generic', { version: '' }],
    ['plugins.error.apiAnnotationMissing', { metadata: {} }],
    ['plugins.error.host', { metadata: { ...ANNOTATIONS, 'catalog.cattle.io/ui-extensions-host': 'another-host' } }]
  ])('%s: an installation that lost or changed %o', async (error, change) => {
    const gates = await gatesOf('3.0.13');

    expect(gates.shouldNotLoadPlugin({ ...ENTRY, ...change }, { rancherVersion: 'v2.15.0', kubeVersion: 'v1.35.0' }, [])).toBe(error);
  });

  it('not beside a build of the same name that the dashboard brings along', async () => {
    const gates = await gatesOf('3.0.13');

    expect(gates.shouldNotLoadPlugin(ENTRY, { rancherVersion: 'v2.15.0', kubeVersion: 'v1.35.0' }, [{ name: pkg.name, builtin: true }])).toBe('plugins.error.developerPkg');
  });
});
