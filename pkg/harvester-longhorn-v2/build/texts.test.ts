import { describe, expect, it } from 'vitest';
import { fillKeys } from '../host/entry/texts';
import { keysOf, keysScript, textsFor, valuesOf } from './texts';

const TEXTS = { app: { title: 'x' }, host: { nav: 'x' }, health: { any: 'x' }, boot: { fit: { title: 'x' }, check: { a: 'x' }, step: { b: 'x' }, plain: 'x' } };

describe('texts of a script', () => {
  it('are those that its strings begin with, whole or composed', () => {
    expect(textsFor('say("fit.title"); say(`check.${id}.title`)', TEXTS)).toEqual({ health: { any: 'x' }, boot: { fit: { title: 'x' }, check: { a: 'x' } } });
    expect(textsFor('say(`plain`)', TEXTS)).toEqual({ health: { any: 'x' }, boot: { plain: 'x' } });
  });

  it('of a part are not asked for by a word that only equals its name', () => {
    expect(textsFor('type === "check"', TEXTS)).toEqual({ health: { any: 'x' }, boot: {} });
  });

  it('do not include what only looks similar', () => {
    expect(textsFor('footstep.x "my-step.x" step.y', TEXTS)).toEqual({ health: { any: 'x' }, boot: {} });
  });
});

describe('texts that share their keys', () => {
  const english = { health: { 'read-only': 'Read only', any: '{n, plural, one {# disk} other {# disks}}' }, boot: { fit: { title: '"Fit"' } } };
  const chinese = { boot: { fit: { title: '适配' } }, health: { any: '{n} 块磁盘', 'read-only': '只读' } };
  const keys = keysOf(english);

  it('come back as they were, in any order of the other language', () => {
    for (const texts of [english, chinese]) {
      expect(fillKeys(keys, JSON.parse(JSON.stringify(valuesOf(texts, keys))) as string[])).toEqual(texts);
    }
  });

  it('are refused when one is missing', () => {
    expect(() => valuesOf({ ...chinese, boot: { fit: {} } }, keys)).toThrow('"title"');
    expect(() => valuesOf({ ...chinese, boot: { fit: 'x' } }, keys)).toThrow('"fit"');
    expect(() => fillKeys(keys, ['one', 'two'])).toThrow('keys');
    expect(() => fillKeys(keys, ['one', 'two', 'three', 'four'])).toThrow('keys');
  });

  it('have keys that run as a script', () => {
    expect(new Function(`return ${keysScript(keys)}`)()).toEqual(keys);
  });
});
