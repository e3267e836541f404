import { readFileSync } from 'node:fs';
import { parse as parseIcu, TYPE } from '@formatjs/icu-messageformat-parser';
import type { MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { createTranslator, flatten, LOCALES, pickLocale } from './translate';
import type { Locale } from './translate';

const source = (locale: Locale): string => readFileSync(new URL(`./${ locale }.yaml`, import.meta.url), 'utf8');
const read = (locale: Locale): Record<string, string> => {
  const document = parseDocument(source(locale), { uniqueKeys: true });

  expect(document.errors).toEqual([]);

  return flatten(document.toJS());
};
const english = read('en-us');
const chinese = read('zh-hans');

/** Placeholders by name and kind; the branches of plurals and selects included. */
function placeholders(elements: readonly MessageFormatElement[], found = new Set<string>()): Set<string> {
  for (const element of elements) {
    switch (element.type) {
      case TYPE.argument: found.add(element.value); break;
      case TYPE.number: found.add(element.value); break;
      case TYPE.date: found.add(element.value); break;
      case TYPE.time: found.add(element.value); break;
      case TYPE.plural:
      case TYPE.select:
        found.add(element.value);
        Object.values(element.options).forEach((option) => placeholders(option.value, found));
        break;
      default:
    }
  }

  return found;
}
const placeholdersOf = (text: string): string[] => [...placeholders(parseIcu(text, { ignoreTag: true }))].sort();

describe('the two languages', () => {
  it('have the same keys', () => {
    expect(Object.keys(chinese).sort()).toEqual(Object.keys(english).sort());
  });

  it('have one top-level section', () => {
    for (const locale of LOCALES) {
      expect(Object.keys(parseDocument(source(locale)).toJS() as object)).toEqual(['lhv2']);
    }
  });

  it('have messages that parse, with the same placeholders', () => {
    const wrong: string[] = [];

    for (const [key, text] of Object.entries(english)) {
      try {
        const [first, second] = [placeholdersOf(text).join(), placeholdersOf(chinese[key] ?? '').join()];

        if (first !== second) {
          wrong.push(`${ key }: {${ first }} / {${ second }}`);
        }
      } catch (error) {
        wrong.push(`${ key }: ${ String(error) }`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('leave nothing empty, nothing untrimmed, and select always has an "other"', () => {
    for (const [key, text] of [...Object.entries(english), ...Object.entries(chinese)]) {
      expect(text.trim(), key).toBe(text);
      expect(text, key).not.toBe('');
    }
  });

  it('leave no English sentence among the Chinese ones', () => {
    const untranslated = Object.entries(chinese).filter(([key, text]) => {
      const words = text.replace(/\{[^{}]*\}/g, '').match(/[A-Za-z]{2,}/g) ?? [];

      return !/\p{Script=Han}/u.test(text) && words.length >= 3 && text === english[key];
    });

    expect(untranslated.map(([key]) => key)).toEqual([]);
  });
});

describe('createTranslator', () => {
  it('formats, falls back to English, then to the key', async() => {
    const translator = createTranslator({ 'zh-hans': () => Promise.resolve({ default: { lhv2: { app: { product: '产品' } } } }) });

    expect(translator.t('lhv2.app.product')).toBe(english['lhv2.app.product']);
    await translator.setLocale('zh-hans');
    expect(translator.locale.value).toBe('zh-hans');
    expect(translator.t('lhv2.app.product')).toBe('产品');
    expect(translator.t('lhv2.app.nav.health')).toBe(english['lhv2.app.nav.health']);
    expect(translator.t('no.such.key')).toBe('no.such.key');
  });

  it('counts in the rules of the language', () => {
    const { t } = createTranslator();

    expect(t('lhv2.common.objects', { count: 1 })).toBe('1 object');
    expect(t('lhv2.common.objects', { count: 1200 })).toBe('1,200 objects');
  });

  it('shows the sentence with its gap when a parameter is missing', () => {
    expect(createTranslator().t('lhv2.app.staleBanner')).toContain('{since}');
  });

  it('keeps the last wish when two languages load at once', async() => {
    let finish: (value: { default: Record<string, unknown> }) => void = () => undefined;
    const translator = createTranslator({ 'zh-hans': () => new Promise((resolve) => { finish = resolve; }) });
    const slow = translator.setLocale('zh-hans');

    await translator.setLocale('en-us');
    finish({ default: {} });
    await slow;
    expect(translator.locale.value).toBe('en-us');
  });

  it('prints names with markup as they are', () => {
    expect(createTranslator().t('lhv2.app.staleBanner', { since: '<b>x</b>' })).toContain('<b>x</b>');
  });
});

describe('pickLocale', () => {
  it.each([[['zh-CN'], 'zh-hans'], [['fr', 'zh-TW', 'en'], 'zh-hans'], [['en-GB', 'zh'], 'en-us'], [['de'], 'en-us'], [[], 'en-us']])('%j', (languages, expected) => {
    expect(pickLocale(languages)).toBe(expected);
  });
});
