import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { PRODUCT } from './test-support';
import { createLoader } from './ui-index';

/** A browser as far as the loader knows it: requests are answered at once. */
function browse(answers: Readonly<Record<string, string>>): (method: string, url: string) => string {
  class XMLHttpRequest {
    private url = '';

    get responseText(): string { return answers[this.url] ?? ''; }

    get response(): string { return this.responseText; }

    open(_method: string, url: string): void { this.url = url; }
  }
  const document = { currentScript: { src: 'https://files.example.com/lhv2/harvester/ui-index/load.js' } };

  runInNewContext(createLoader(PRODUCT).toString(), { XMLHttpRequest, document, URL, location: { href: 'https://harvester.example/dashboard/' } });

  return (method, url) => {
    const request = new XMLHttpRequest();

    request.open(method, url);
    expect(request.response).toBe(request.responseText);

    return request.responseText;
  };
}

const LIST = '/v1/uiplugins';
const own = { name: PRODUCT.name, version: PRODUCT.version, endpoint: `https://files.example.com/lhv2/extensions/${ PRODUCT.name }/${ PRODUCT.version }/plugin/${ PRODUCT.name }-${ PRODUCT.version }.umd.min.js`, noCache: false, noAuth: false, metadata: { ...PRODUCT.annotations, direct: 'true' } };

describe('the script for a start page of one\'s own', () => {
  test('adds the extension to the list, from beside itself, with what it needs of its host', () => {
    expect(JSON.parse(browse({ [LIST]: '{"entries":{}}' })('GET', LIST))).toEqual({ entries: { [PRODUCT.name]: own } });
    expect(JSON.parse(browse({ [LIST]: '{}' })('get', LIST))).toEqual({ entries: { [PRODUCT.name]: own } });
  });

  test('leaves others in it, and an entry of the server\'s own as it is', () => {
    const others = { entries: { other: { name: 'other' }, [PRODUCT.name]: { name: PRODUCT.name, version: '9.9.9' } } };

    expect(JSON.parse(browse({ [LIST]: JSON.stringify(others) })('GET', LIST))).toEqual(others);
  });

  test('touches nothing else', () => {
    const answers = { [LIST]: 'not a list', [`${ LIST }/a/1/plugin/a.js`]: '{}', '/v1/harvester/nodes': '{"data":[]}', 'https://elsewhere.example/': 'x' };
    const get = browse(answers);

    for (const [url, answer] of Object.entries(answers)) {
      expect(get('GET', url), url).toBe(answer);
    }
    expect(browse({ [LIST]: '{}' })('POST', LIST)).toBe('{}');
  });
});
