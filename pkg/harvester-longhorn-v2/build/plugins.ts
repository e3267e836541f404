import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Plugin } from 'vite';
import * as vue from 'vue';
import { parse } from 'yaml';
import type { Sections } from './texts';

/**
 * Moves the stylesheet into the script: Rancher loads one script per extension and no stylesheet. The element has an id,
 * so that a script that runs twice adds its styles once.
 */
export function inlineCss(id: string): Plugin {
  return {
    name: 'inline-css',
    enforce: 'post',
    generateBundle(_options, bundle): void {
      let css = '';

      for (const [name, output] of Object.entries(bundle)) {
        if (output.type === 'asset' && name.endsWith('.css')) {
          css += typeof output.source === 'string' ? output.source : Buffer.from(output.source).toString('utf8');
          delete bundle[name];
        }
      }
      if (css === '') {
        return;
      }

      const script = `(function(){if(document.getElementById(${JSON.stringify(id)}))return;var e=document.createElement("style");`
        + `e.id=${JSON.stringify(id)};e.textContent=${JSON.stringify(css.trim())};document.head.appendChild(e)})();\n`;

      for (const output of Object.values(bundle)) {
        if (output.type === 'chunk' && output.isEntry) {
          output.code = script + output.code;
        }
      }
    }
  };
}

const HOST_VUE = '\0host-vue';

/**
 * The host's Vue as local names: the bundler shortens those, whereas an external module is spelled out at every use
 * (`(0,Vue.createElementVNode)(…)`, thousands of times).
 */
export function hostVue(): Plugin {
  const names = Object.keys(vue).filter((name) => /^[a-zA-Z]\w*$/.test(name));

  return {
    name: 'host-vue',
    enforce: 'pre',
    resolveId: (id) => (id === 'vue' ? HOST_VUE : null),
    load: (id) => (id === HOST_VUE
      ? ['const get = (name) => globalThis.Vue[name];', ...names.map((name) => `export const ${name} = /* @__PURE__ */ get('${name}');`)].join('\n')
      : null)
  };
}

/** Turns `import('./x')` into a promise of what is in the one script anyway: else every module on the way gets a wrapper of its own. */
export function resolveDynamicImports(): Plugin {
  return {
    name: 'resolve-dynamic-imports',
    enforce: 'post',
    transform(code) {
      const heads: string[] = [];
      const body = code.replace(/\bimport\(\s*(["'`])([^"'`]+)\1\s*\)/g, (_whole, _quote, specifier: string) => {
        const name = `__lazy${String(heads.length)}`;

        heads.push(`import * as ${name} from ${JSON.stringify(specifier)};\n`);

        return `Promise.resolve(${name})`;
      });

      return heads.length === 0 ? null : { code: heads.join('') + body, map: null };
    }
  };
}

/** Drops the file names that the compiler leaves in components for Vue's devtools, which a production build has not. */
export function dropComponentNames(): Plugin {
  return {
    name: 'drop-component-names',
    enforce: 'post',
    transform: (code, id) => (id.includes('.vue') ? { code: code.replace(/__name:\s*(["'])[\w-]+\1,?/g, ''), map: null } : null)
  };
}

/**
 * Scope ids of components (`data-v-…`): their place in the sorted list of all, instead of eight random letters each.
 *
 * @param root what relative paths of the compiler start from
 */
export function shortScopeIds(root: string, folders: readonly string[]): (file: string) => string {
  const files = folders.flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.vue') && !file.includes('node_modules'))
    .map((file) => join(folder, file))).sort();

  return (file) => {
    const place = files.indexOf(resolve(root, file));

    if (place < 0) {
      throw new Error(`${file} is not one of the components`);
    }

    return `lhv2${place.toString(36)}`;
  };
}

export const LOCALES = ['en-us', 'zh-hans'] as const;

/** Everything below `lhv2`, per language. */
export function readTexts(root: string): Record<(typeof LOCALES)[number], Sections> {
  const read = (locale: string): Sections => {
    const data = parse(readFileSync(`${root}/src/l10n/${locale}.yaml`, 'utf8')) as { readonly lhv2?: Sections };

    if (data.lhv2 === undefined) {
      throw new Error(`src/l10n/${locale}.yaml has no section lhv2`);
    }

    return data.lhv2;
  };

  return { 'en-us': read('en-us'), 'zh-hans': read('zh-hans') };
}

/** Section `lhv2.host` of both languages: the few words that the entry script needs before anything else is loaded. */
export function hostMessages(root: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(readTexts(root)).map(([locale, lhv2]) => [locale, lhv2.host]));
}
