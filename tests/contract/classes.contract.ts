import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const STYLES = join(import.meta.dirname, 'shell/node_modules/@rancher/shell/assets/styles');
/** The host's classes that we wear on purpose, to look like it. */
const ON_PURPOSE = /^(btn|btn-sm|role-.*|icon|icon-.*|text-.*|bg-.*|m[bt]-\d+)$/;

function filesIn(folder: string, extension: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);

    return statSync(path).isDirectory() ? filesIn(path, extension) : path.endsWith(extension) ? [path] : [];
  });
}

/** Classes that the host styles wherever they appear: a selector that begins a line, at the outermost level. */
function hostClasses(): Set<string> {
  const classes = new Set<string>();

  for (const file of filesIn(STYLES, '.scss')) {
    for (const [, name] of readFileSync(file, 'utf8').matchAll(/^\.([\w-]+)/gm)) {
      classes.add(name!);
    }
  }

  return classes;
}

/** Classes in a component's template: plain ones, and those of objects and strings in a bound class. */
function classesOf(source: string): string[] {
  const template = source.split('<template>').slice(1).join('').split('<style')[0] ?? '';
  const plain = [...template.matchAll(/[^:\w-]class="([^"]*)"/g)].flatMap(([, text]) => text!.split(/\s+/));
  const bound = [...template.matchAll(/:class="([^"]*)"/g)].flatMap(([, text]) => [...text!.matchAll(/['`]([a-z][\w-]*)['`]|[{,]\s*([a-z][\w-]*)\s*:/g)].map(([, quoted, key]) => quoted ?? key ?? ''));

  return [...plain, ...bound].filter((name) => name !== '');
}

describe('class names', () => {
  it('of our components are none that the host styles everywhere', () => {
    const theirs = hostClasses();
    const components = ['src/components', 'src/features', 'pkg/harvester-longhorn-v2/host'].flatMap((folder) => filesIn(join(ROOT, folder), '.vue'));
    const clashes = components.flatMap((file) => classesOf(readFileSync(file, 'utf8'))
      .filter((name) => theirs.has(name) && !ON_PURPOSE.test(name))
      .map((name) => `${file.slice(ROOT.length + 1)}: ${name}`));

    expect(theirs).toContain('row');
    expect(components.length).toBeGreaterThan(30);
    expect(clashes).toEqual([]);
  });
});
