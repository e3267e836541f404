import type { BundledPackage } from './bundled';

/** Name of the file with the licences of others, in every package that has their code inside. */
export const NOTICES = 'THIRD-PARTY-NOTICES.txt';

const RULE = '-'.repeat(80);

/**
 * What the licences of bundled packages ask to be passed on with every copy: their texts with their copyright lines, each
 * text once. The same packages give the same bytes.
 */
export function createNotices({ name, version }: { readonly name: string; readonly version: string }, packages: readonly BundledPackage[]): Buffer {
  const byText = new Map<string, BundledPackage[]>();

  for (const each of packages) {
    byText.set(each.licenseText, [...byText.get(each.licenseText) ?? [], each]);
  }

  const sections = [...byText].map(([text, group]) => [
    ...group.map((each) => [`${ each.name } ${ each.version }`, each.license, each.homepage].filter((part) => part !== '').join(', ')),
    '',
    text
  ].join('\n'));

  return Buffer.from(`${ [
    `${ name } ${ version }: software of others in its scripts, and the terms it comes under`,
    ...sections.length > 0 ? sections : ['None.']
  ].join(`\n\n${ RULE }\n\n`) }\n`);
}
