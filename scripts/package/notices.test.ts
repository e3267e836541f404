import { describe, expect, test } from 'vitest';
import { bundledPackages } from './bundled';
import { createNotices, NOTICES } from './notices';
import { bundled, fileOf, makeRepository, PRODUCT, readArchive, ROOT } from './test-support';

const root = ROOT.replace(/\/$/, '');

describe('licences of others', () => {
  test('each text once, below everything that comes under it', () => {
    const text = createNotices({ name: 'app', version: '1.0.0' }, bundled()).toString();

    expect(text).toMatch(/^app 1\.0\.0: /);
    expect(text).toContain('@scope/part 1.0.0, MIT, https://example.com/@scope/part\nwhole 2.1.0-rc.1, MIT, https://example.com/whole\ntwice 1.0.0, MIT, https://example.com/twice\n\nTerms: MIT\n');
    expect(text).toContain('twice 2.0.0, Own words of its author, https://example.com/twice\n\nTerms: Own words of its author\n');
    expect(text.split('Terms: MIT')).toHaveLength(2);
    expect(createNotices({ name: 'app', version: '1.0.0' }, []).toString()).toContain('None.');
  });

  test('are those of the packages, with their copyright lines; of a build tool only its own', () => {
    const [wasm, vite] = bundledPackages([`${ ROOT }node_modules/hash-wasm/dist/index.esm.js`, '\0vite/preload-helper.js'], root);

    expect(wasm!.licenseText).toMatch(/MIT License[^]*Copyright \(c\)[^]*Permission is hereby granted[^]*WITHOUT WARRANTY/);
    expect(vite!.licenseText).toMatch(/Copyright \(c\) 2019-present/);
    expect(vite!.licenseText).not.toContain('bundled dependencies');
    expect(vite!.licenseText.length).toBeLessThan(2000);
  });

  test('go along with both packages, which Rancher and Helm take with them', async() => {
    const repository = await makeRepository({ contents: { extension: bundled().slice(0, 1), app: bundled() } });
    const folder = `extensions/${ PRODUCT.name }/${ PRODUCT.version }`;
    const chart = `charts/${ PRODUCT.appName }/${ PRODUCT.version }`;
    const packed = (await readArchive(fileOf(repository, `${ folder }.tgz`))).map(({ header }) => header.name);
    const appChart = (await readArchive(fileOf(repository, `assets/${ PRODUCT.appName }/${ PRODUCT.appName }-${ PRODUCT.version }.tgz`))).map(({ header }) => header.name);

    for (const name of ['LICENSE.txt', NOTICES]) {
      expect(fileOf(repository, `${ folder }/files.txt`).toString().split('\n')).toContain(`plugin/${ name }`);
      expect(packed).toContain(`${ PRODUCT.version }/plugin/${ name }`);
    }
    expect(appChart).toEqual(expect.arrayContaining([`${ PRODUCT.appName }/LICENSE`, `${ PRODUCT.appName }/${ NOTICES }`]));
    expect(fileOf(repository, `${ folder }/plugin/LICENSE.txt`).toString()).toContain('Apache License');
    expect(fileOf(repository, `${ folder }/plugin/${ NOTICES }`).toString()).not.toContain('whole');
    expect(fileOf(repository, `${ chart }/${ NOTICES }`).toString()).toContain('whole 2.1.0-rc.1');
  });
});
