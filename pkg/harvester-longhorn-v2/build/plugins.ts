import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';
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
