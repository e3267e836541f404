import { describe, expect, it } from 'vitest';
import { bundledHostModules, measure, overBudget, type Sizes } from './budget';

describe('size budget', () => {
  it('measures what a server sends', () => {
    const size = measure('a.js', 'x'.repeat(10_000));

    expect(size.raw).toBe(10_000);
    expect(size.gzip).toBeLessThan(200);
  });

  it('accepts sizes at the limit and names what is above it', () => {
    const budget = { entry: 100, person: 140, all: 150 };
    const sizes = (entry: number, pages: number, ...texts: number[]): Sizes => ({ entry: { name: 'entry', raw: 1, gzip: entry }, pages: { name: 'pages', raw: 1, gzip: pages }, texts: texts.map((gzip) => ({ name: 'texts', raw: 1, gzip })) });

    expect(overBudget(sizes(100, 20, 20, 10), budget)).toEqual([]);
    expect(overBudget(sizes(101, 10, 5), budget)).toEqual([expect.stringContaining('entry is')]);
    expect(overBudget(sizes(90, 41, 10, 9), budget)).toEqual([expect.stringContaining('one person loads')]);
    expect(overBudget(sizes(90, 21, 20, 20), budget)).toEqual([expect.stringContaining('all scripts together')]);
  });

  it('finds a second Vue, and leaves our own files alone', () => {
    expect(bundledHostModules([
      '/x/node_modules/vue/dist/vue.runtime.esm-bundler.js', '/x/node_modules/@vue/reactivity/dist/a.js', '/x/node_modules/axios/index.js',
      '/x/node_modules/pinia/dist/pinia.js', '/x/src/features/vue/a.ts', '/x/node_modules/@tanstack/vue-virtual/a.js'
    ])).toHaveLength(3);
  });
});
