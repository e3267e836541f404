import { describe, expect, it } from 'vitest';
import { textsFor } from './texts';

const TEXTS = { app: { title: 'x' }, host: { nav: 'x' }, health: { any: 'x' }, boot: { fit: { title: 'x' }, check: { a: 'x' }, step: { b: 'x' }, plain: 'x' } };

describe('texts of a script', () => {
  it('are those that its strings begin with, whole or composed', () => {
    expect(textsFor('say("fit.title"); say(`check.${id}.title`)', TEXTS)).toEqual({ health: { any: 'x' }, boot: { fit: { title: 'x' }, check: { a: 'x' } } });
    expect(textsFor('say(`plain`)', TEXTS)).toEqual({ health: { any: 'x' }, boot: { plain: 'x' } });
  });

  it('do not include what only looks similar', () => {
    expect(textsFor('footstep.x "my-step.x" step.y', TEXTS)).toEqual({ health: { any: 'x' }, boot: {} });
  });
});
