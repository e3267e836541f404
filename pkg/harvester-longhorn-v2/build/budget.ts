import { gzipSync } from 'node:zlib';

/** Upper limits in bytes after gzip -9: what every page load costs, and all scripts together, in all languages. */
export const BUDGET = { entry: 60 * 1024, total: 150 * 1024 } as const;

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

/** What exceeds the budget, in words; empty when all fits. */
export function overBudget(sizes: Sizes, budget: { readonly entry: number; readonly total: number } = BUDGET): string[] {
  const problems: string[] = [];

  if (sizes.entry.gzip > budget.entry) {
    problems.push(`${sizes.entry.name} is ${kilobytes(sizes.entry.gzip)} gzip, more than ${kilobytes(budget.entry)}`);
  }
  if (totalSize(sizes) > budget.total) {
    problems.push(`all scripts together are ${kilobytes(totalSize(sizes))} gzip, more than ${kilobytes(budget.total)}`);
  }

  return problems;
}

/** Packages that the host brings, and of which a second copy would break it (Vue) or only cost bytes. */
const HOST_OWNED = /node_modules\/(vue|@vue\/(?!devtools)[^/]+|vuex|vue-router|axios|@rancher\/shell)\//;

/** Modules of a bundle that belong to the host and must not be inside it. */
export function bundledHostModules(moduleIds: readonly string[]): string[] {
  return moduleIds.filter((id) => HOST_OWNED.test(id.replaceAll('\\', '/')));
}
