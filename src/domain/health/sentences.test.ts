import { readFileSync } from 'node:fs';
import { parse as parseIcu, TYPE } from '@formatjs/icu-messageformat-parser';
import type { MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { REFUSALS } from './actions';
import { Expected } from '../testing/told';
import { COMMON_PARAMS, diagnosisCatalogue } from './catalogue';
import { PLACEMENT_CODES } from '../longhorn/placement-types';

type Sentences = Record<string, Record<'title' | 'cause' | 'next', string>>;
const read = (locale: string) => (parse(readFileSync(new URL(`../../l10n/${locale}.yaml`, import.meta.url), 'utf8')) as { lhv2: { diagnosis: Sentences; replica: Record<string, string>; placement: Record<string, string>; refusal: Record<string, string> } }).lhv2;
const languages = { 'en-us': read('en-us'), 'zh-hans': read('zh-hans') };

function placeholders(elements: readonly MessageFormatElement[], found = new Set<string>()): Set<string> {
  for (const element of elements) {
    if (element.type === TYPE.plural || element.type === TYPE.select) for (const option of Object.values(element.options)) placeholders(option.value, found);
    if (element.type !== TYPE.literal && element.type !== TYPE.pound && element.type !== TYPE.tag) found.add(element.value);
  }
  return found;
}
const placeholdersOf = (text: string) => [...placeholders(parseIcu(text, { ignoreTag: true }))].sort();

describe('the sentences of diagnoses', () => {
  it('has each code once, and every row of the decision table', () => {
    const codes = diagnosisCatalogue.map((entry) => entry.code);
    expect(new Set(codes).size).toBe(codes.length);
    const rows = [...Array.from({ length: 85 }, (_, index) => String(index + 1)), '28b', '28c', '46b'];
    expect(rows.filter((row) => !diagnosisCatalogue.some((entry) => entry.row === row))).toEqual([]);
  });

  it('are of the rows, levels and parameters that are written down', () => {
    const expected = new Expected(new URL('./testing/expected/catalogue.txt', import.meta.url));
    const told = diagnosisCatalogue.map(({ row, code, level, phase, isNote, params }) => `  ${row === '' ? '–' : row} ${code} [${[level, phase, isNote ? 'note' : null].filter(Boolean).join(', ')}] ${params.slice(COMMON_PARAMS.length).join(' ')}`.trimEnd()).join('\n');
    expect(told).toBe(expected.of('row, code, level, parameters', told));
    expect(expected.unused()).toEqual([]);
  });

  it.each(diagnosisCatalogue.map((entry) => [entry.code, entry] as const))('%s: title, cause and next step in both languages, from its own parameters', (code, entry) => {
    for (const part of ['title', 'cause', 'next'] as const) {
      const [english, chinese] = [languages['en-us'].diagnosis[code]?.[part] ?? '', languages['zh-hans'].diagnosis[code]?.[part] ?? ''];
      expect(english, `${code}.${part} en-us`).not.toBe('');
      expect(chinese, `${code}.${part} zh-hans`).not.toBe('');
      expect(placeholdersOf(chinese), `${code}.${part}`).toEqual(placeholdersOf(english));
      expect(placeholdersOf(english).filter((name) => !entry.params.includes(name)), `${code}.${part} uses`).toEqual([]);
    }
  });

  it.each(Object.keys(languages))('has no sentence without a code (%s)', (locale) => {
    const codes = new Set(diagnosisCatalogue.map((entry) => entry.code));
    expect(Object.keys(languages[locale as 'en-us'].diagnosis).filter((code) => !codes.has(code))).toEqual([]);
  });

  it.each(Object.keys(languages))('words every refusal of an action (%s)', (locale) => {
    expect(Object.keys(languages[locale as 'en-us'].refusal).sort()).toEqual([...REFUSALS].sort());
  });

  it.each(Object.keys(languages))('words every answer to "why not here?" (%s)', (locale) => {
    const { placement } = languages[locale as 'en-us'];
    expect(Object.keys(placement).sort()).toEqual([...PLACEMENT_CODES].sort());
    for (const code of PLACEMENT_CODES) expect(placeholdersOf(placement[code] ?? ''), code).toEqual(placeholdersOf(languages['en-us'].placement[code] ?? ''));
  });

  /** Length as shown, with eight characters for each name or number and the longest branch of a choice. */
  function lengthOf(elements: readonly MessageFormatElement[]): number {
    return elements.reduce((sum, element) => {
      if (element.type === TYPE.literal) return sum + element.value.length;
      if (element.type !== TYPE.plural && element.type !== TYPE.select) return sum + 8;
      return sum + Math.max(...Object.values(element.options).map((option) => lengthOf(option.value)));
    }, 0);
  }
  it('keeps titles short enough for a badge', () => {
    for (const [code, sentences] of Object.entries(languages['en-us'].diagnosis)) expect(lengthOf(parseIcu(sentences.title, { ignoreTag: true })), code).toBeLessThanOrEqual(40);
  });
});
