import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { flatten } from '@/l10n/translate';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const keys = (locale: string): Set<string> => new Set(Object.keys(flatten(parse(read(`l10n/${locale}.yaml`)))));
const domain = readdirSync(new URL('domain/boot-volume/', root)).filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'));
const source = (names: readonly string[]): string => names.map(name => read(`domain/boot-volume/${name}`)).join('\n');

/** First group of every match. */
const codes = (text: string, pattern: RegExp): string[] => [...new Set([...text.matchAll(pattern)].map(match => match[1] ?? ''))].filter(code => code !== '');
const literals = (text: string): string[] => codes(text, /'([a-z][a-z0-9-]*)'/g);
/** Members of a string union of `types.ts`. */
const union = (name: string, file = 'types.ts'): string[] => literals(new RegExp(`export type ${name} =([^;]*);`).exec(source([file]))?.[1] ?? '');

const readiness = source(domain.filter(name => name.startsWith('readiness')));
const plans = source(domain.filter(name => name.startsWith('plan-') || name === 'cloud-init.ts'));
const pipelines = source(domain.filter(name => name.startsWith('pipeline') || ['importer-cause.ts', 'standstill.ts'].includes(name)));

const wanted: Readonly<Record<string, readonly string[]>> = {
  check: codes(readiness, /'(?:ready|warning|blocked)', (?:[\w.]+ \? )?'([a-z0-9-]+)'/g).flatMap(code => [`check.${code}.title`, `check.${code}.detail`]),
  subject: union('ReadinessId').map(id => `check.subject.${id}`),
  fix: codes(readiness, /, '([a-z]+(?:-[a-z0-9]+)+)'\)/g).filter(code => !code.startsWith('may-')).map(code => `fix.${code}`),
  unverified: ['loading', 'forbidden', 'absent', 'missing', 'failed'].map(code => `unverified.${code}`),
  refusal: union('ClassWarning').flatMap(code => [`class.warning.${code}.title`, `class.warning.${code}.detail`]),
  problem: codes(plans, /(?:code: |problem\('[a-z-]+', |\? |: )'([a-z0-9]+(?:-[a-z0-9]+)+)'(?=[,) ])/g).filter(code => !/^(?:no|longhorn|boot|export|cloud|ssh|user|cdrom|disk)-/.test(code) || /^(?:ssh|user)-.*-(?:invalid|mergeable|long)$/.test(code)).map(code => `problem.${code}`),
  note: codes(source(['notes.ts']), /code: '([a-z-]+)'/g).flatMap(code => [`note.${code}.title`, `note.${code}.detail`]),
  cause: [
    ...codes(pipelines, /cause\('([a-z0-9-]+)'/g),
    ...codes(pipelines, /\[\/.*\/i?, '([a-z0-9-]+)'\]/g),
    ...codes(pipelines, /^ {2}\w+: '((?:clone)-[a-z-]+)'/gm), 'import-failed', 'importer-crashes'
  ].flatMap(code => [`cause.${code}.title`, `cause.${code}.next`]),
  step: [...pipelines.matchAll(/step\('([a-z-]+)', [^\n]*/g)].flatMap(match => {
    const id = match[1] ?? '';
    const states = ['waiting', 'running', 'done', 'stalled', 'failed', 'unknown'];
    const rest = match[0].replace(/, \{.*$/, '').replace(/=== '[^']*'/g, '').replace(`step('${id}'`, '');
    const found = literals(rest).filter((code, index, all) => !states.includes(code) || (index === all.length - 1 && all.length > 1));

    return [`step.${id}.title`, ...found.map(code => `step.${id}.${code}`)];
  }),
  migration: literals(/readonly code: ([^;]*);/.exec(source(['migration.ts']))?.[1] ?? '').map(code => `migration.node.${code}`)
};

describe.each(['en-us', 'zh-hans'])('the words of the boot volume in %s', locale => {
  const known = keys(locale);

  it.each(Object.entries(wanted))('cover every %s', (_, list) => {
    expect(list.length).toBeGreaterThan(3);
    expect(list.filter(key => !known.has(`lhv2.boot.${key}`))).toEqual([]);
  });
});
