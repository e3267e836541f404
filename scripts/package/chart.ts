import { parseDocument, stringify } from 'yaml';
import { createArchive, sha256 } from './archive';
import { below } from './files';
import type { FileTree } from './files';

/** `Chart.yaml` of a Helm 3 chart (apiVersion v2), as far as it is used here. */
export interface ChartMetadata {
  readonly apiVersion: 'v2';
  readonly name: string;
  readonly version: string;
  readonly appVersion: string;
  readonly type: 'application';
  readonly description: string;
  readonly icon: string;
  readonly kubeVersion?: string;
  readonly keywords: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
}

export interface PackagedChart {
  readonly metadata: ChartMetadata;
  /** Files of the chart, relative to its folder. */
  readonly files: FileTree;
  readonly archive: Buffer;
  /** SHA-256 of the archive, in hexadecimal: the index's `digest`. */
  readonly digest: string;
}

/** YAML 1.2 that Helm's YAML 1.1 parser reads alike: texts that could be taken for something else are quoted. */
export function toYaml(value: unknown): Buffer {
  return Buffer.from(stringify(value, { lineWidth: 0, version: '1.1', sortMapEntries: false }));
}

/** Values of a chart: its own `values.yaml`, comments and all, with some keys filled in. */
export function fillValues(source: Buffer, values: Readonly<Record<string, unknown>>): Buffer {
  const document = parseDocument(source.toString(), { version: '1.1' });

  for (const [path, value] of Object.entries(values)) {
    const keys = path.split('.');

    if (!document.hasIn(keys)) {
      throw new Error(`values.yaml has no "${ path }"`);
    }
    document.setIn(keys, value);
  }

  return Buffer.from(document.toString({ lineWidth: 0 }));
}

/** Packs a chart as `helm package` does: one folder, named like the chart, in a `.tgz`. */
export async function packageChart(metadata: ChartMetadata, sources: FileTree): Promise<PackagedChart> {
  const files = new Map([['Chart.yaml', toYaml(metadata)], ...sources]);
  const archive = await createArchive(below(metadata.name, files));

  return { metadata, files, archive, digest: sha256(archive) };
}

/** Where a packaged chart lies, relative to the repository's root. */
export function archivePath({ name, version }: ChartMetadata): string {
  return `assets/${ name }/${ name }-${ version }.tgz`;
}

/**
 * `index.yaml` of a Helm repository. Addresses are relative to the index, so that the tree works wherever it is put.
 * The dates are those of the archives' entries: a repository that is built twice is the same twice.
 */
export function createIndex(charts: readonly PackagedChart[]): Buffer {
  const created = '1980-01-01T00:00:00Z';

  return toYaml({
    apiVersion: 'v1',
    entries: Object.fromEntries(charts.map(({ metadata, digest }) => [metadata.name, [{ ...metadata, created, digest, urls: [archivePath(metadata)] }]])),
    generated: created
  });
}
