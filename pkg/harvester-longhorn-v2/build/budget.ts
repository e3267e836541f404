import { gzipSync } from 'node:zlib';

const KB = 1024;

/**
 * Upper limits in bytes after gzip -9: what every page load costs, what one person loads who uses every page in the
 * language with the longest texts, and all scripts together, in all languages.
 */
export const BUDGET = { entry: 60 * KB, person: 150 * KB, all: 168 * KB } as const;
/** Where all scripts together are to come back to; said with every build while they are above. */
export const GOAL = 150 * KB;

export interface FileSize {
  readonly name: string;
  readonly raw: number;
  readonly gzip: number;
}

/** Size of a script as it is and as a server sends it compressed, in bytes. */
export function measure(name: string, content: string): FileSize {
  return { name, raw: Buffer.byteLength(content), gzip: gzipSync(content, { level: 9 }).length };
}

/** Bytes as people read them. */
export const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`;

/** One line per file, for the build's output. */
export function describeSize(size: FileSize): string {
  return `  ${size.name}  ${kilobytes(size.raw)}, gzip ${kilobytes(size.gzip)}`;
}

export interface Sizes {
  readonly entry: FileSize;
  readonly pages: FileSize;
  /** One per language; a person loads one of them. */
  readonly texts: readonly FileSize[];
}

/** Bytes, gzip, of everything there is: both scripts and the texts of every language. */
export function totalSize({ entry, pages, texts }: Sizes): number {
  return [entry, pages, ...texts].reduce((sum, { gzip }) => sum + gzip, 0);
}

/** Bytes, gzip, that one person loads at most: everybody has one language. */
export function heaviestLoad({ entry, pages, texts }: Sizes): number {
  return entry.gzip + pages.gzip + Math.max(0, ...texts.map(({ gzip }) => gzip));
}

/** What exceeds the budget, in words; empty when all fits. */
export function overBudget(sizes: Sizes, budget: Readonly<Record<keyof typeof BUDGET, number>> = BUDGET): string[] {
  const problems: string[] = [];

  if (sizes.entry.gzip > budget.entry) {
    problems.push(`${sizes.entry.name} is ${kilobytes(sizes.entry.gzip)} gzip, more than ${kilobytes(budget.entry)}`);
  }
  if (heaviestLoad(sizes) > budget.person) {
    problems.push(`what one person loads is ${kilobytes(heaviestLoad(sizes))} gzip, more than ${kilobytes(budget.person)}`);
  }
  if (totalSize(sizes) > budget.all) {
    problems.push(`all scripts together are ${kilobytes(totalSize(sizes))} gzip, more than ${kilobytes(budget.all)}`);
  }

  return problems;
}

/** Packages that the host brings, and of which a second copy would break it (Vue) or only cost bytes. */
const HOST_OWNED = /node_modules\/(vue|@vue\/(?!devtools)[^/]+|vuex|vue-router|axios|@rancher\/shell)\//;

/** Modules of a bundle that belong to the host and must not be inside it. */
export function bundledHostModules(moduleIds: readonly string[]): string[] {
  return moduleIds.filter((id) => HOST_OWNED.test(id.replaceAll('\\', '/')));
}
