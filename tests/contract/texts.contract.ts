import { parse as parseIcu, TYPE, type MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import { IntlMessageFormat } from 'intl-messageformat';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import en from '@/l10n/en-us.yaml';
import zh from '@/l10n/zh-hans.yaml';
import { keysOf, valuesOf } from '../../pkg/harvester-longhorn-v2/build/texts';
import { createTextsLoader, createTranslate, LOCALES, mergeTexts, registerTexts, type TextsLoader } from '../../pkg/harvester-longhorn-v2/host/entry/texts';
import type { HostPlugin, HostStore } from '../../pkg/harvester-longhorn-v2/host/types';
import { createHost, loadExtension, stubScripts, type Host } from './support/host';

const TEXTS: Record<string, Record<string, unknown>> = { 'en-us': en.lhv2 as Record<string, unknown>, 'zh-hans': zh.lhv2 as Record<string, unknown> };

/** Texts as their scripts bring them; `fetched` names the languages in order. */
function provideTexts(): { loader: TextsLoader; fetched: string[] } {
  const fetched: string[] = [];
  const keys = keysOf(TEXTS['en-us']!);

  Object.assign(globalThis, { 'text keys': keys }, ...LOCALES.map((locale) => ({ [`texts ${locale}`]: valuesOf(TEXTS[locale]!, keys) })));

  return { fetched, loader: createTextsLoader({ keysId: 'text keys', loadKeys: () => Promise.resolve(), urlOf: (locale) => locale, globalIdOf: (locale) => `texts ${locale}`, inject: (url) => { fetched.push(url); return Promise.resolve(); } }) };
}

let scripts: ReturnType<typeof stubScripts>;
let host: Host;

beforeEach(async () => {
  scripts = stubScripts();
  host = createHost();
  await loadExtension(host);
});
afterEach(() => { scripts.restore(); });

const store = (): HostStore => host.store as unknown as HostStore;

function flatten(node: unknown, prefix: string): [string, string][] {
  return typeof node === 'string' ? [[prefix, node]] : Object.entries(node as object).flatMap(([name, value]) => flatten(value, `${prefix}.${name}`));
}

/** Sets of values that take every branch of a message at least once. */
function samplesOf(elements: readonly MessageFormatElement[]): Record<string, unknown>[] {
  const choices = new Map<string, unknown[]>();
  const visit = (list: readonly MessageFormatElement[]): void => {
    for (const element of list) {
      if (element.type === TYPE.argument) {
        choices.set(element.value, choices.get(element.value) ?? ['pvc-1 <b> & "x"']);
      } else if (element.type === TYPE.number) {
        choices.set(element.value, [0, 1, 1234.5]);
      } else if (element.type === TYPE.plural) {
        choices.set(element.value, [0, 1, 2, 1200]);
        Object.values(element.options).forEach((option) => { visit(option.value); });
      } else if (element.type === TYPE.select) {
        choices.set(element.value, Object.keys(element.options));
        Object.values(element.options).forEach((option) => { visit(option.value); });
      }
    }
  };

  visit(elements);

  const rounds = Math.max(1, ...[...choices.values()].map((values) => values.length));

  return Array.from({ length: rounds }, (_unused, round) => Object.fromEntries([...choices].map(([name, values]) => [name, values[round % values.length]])));
}

describe('texts through the host\'s own i18n', () => {
  it.each(LOCALES)('read the same as in the standalone app, value by value (%s)', async (locale) => {
    await host.store.dispatch('i18n/switchTo', locale);
    await mergeTexts(store(), provideTexts().loader);

    const t = createTranslate(store());
    const wrong: string[] = [];
    let compared = 0;

    for (const [key, text] of flatten(TEXTS[locale], 'lhv2')) {
      for (const sample of samplesOf(parseIcu(text, { ignoreTag: true }))) {
        const expected = String(new IntlMessageFormat(text, locale === 'zh-hans' ? 'zh-Hans' : 'en', undefined, { ignoreTag: true }).format(sample as never));
        const actual = t(key, sample);

        compared++;
        if (actual !== expected) {
          wrong.push(`${key}: "${actual}" instead of "${expected}"`);
        }
      }
    }

    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(50);
  });

  it('come with a language that is chosen after the pages were loaded; nobody loads another language before', async () => {
    const { loader, fetched } = provideTexts();
    const l10n = host.manager as unknown as { register(type: string, name: string, load: () => unknown): void };

    registerTexts({ addL10n: (locale: string, load: () => unknown) => { l10n.register('l10n', locale, load); } } as unknown as HostPlugin, loader);
    await host.store.dispatch('i18n/switchTo', 'en-us');

    const t = createTranslate(store());

    expect(t('lhv2.host.nav')).toBe('Volume Health');
    expect(fetched).toEqual([]);

    await mergeTexts(store(), loader);
    expect(t('lhv2.health.state.healthy')).toBe('Healthy');
    expect(fetched).toEqual(['en-us']);

    await host.store.dispatch('i18n/switchTo', 'zh-hans');
    expect(t('lhv2.host.nav')).toBe('卷健康');
    expect(t('lhv2.health.state.healthy')).not.toMatch(/Healthy|%/);
    expect(fetched).toEqual(['en-us', 'zh-hans']);
  });

  it('come for every language that the host had loaded before the pages: it would not ask again', async () => {
    const { loader } = provideTexts();

    await host.store.dispatch('i18n/switchTo', 'en-us');
    await host.store.dispatch('i18n/switchTo', 'zh-hans');
    await mergeTexts(store(), loader);
    await new Promise((resolve) => setTimeout(resolve, 0));
    await host.store.dispatch('i18n/switchTo', 'en-us');
    expect(createTranslate(store())('lhv2.health.state.healthy')).toBe('Healthy');
  });

  it('show a sentence with its gap when a value is missing, and the key when there is no sentence', async () => {
    await host.store.dispatch('i18n/switchTo', 'en-us');

    const t = createTranslate(store());

    expect(t('lhv2.host.harvesterOld')).toContain('{version}');
    expect(t('lhv2.host.nothing')).toBe('%lhv2.host.nothing%');
  });
});
