import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { constants, gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { comparePaths } from './files';
import type { FileTree } from './files';

/** Nothing in an archive tells when, where or by whom it was made. The epoch itself upsets some tools (`zip`, `tar -N`). */
const MTIME = new Date('1980-01-01T00:00:00Z');

/** Byte 9 of a gzip header names the operating system; 255 is "unknown" (RFC 1952). */
const GZIP_OS = 9;

/** Compresses to the same bytes for the same input: gzip's header keeps no time, no name and no operating system. */
export function gzip(content: Buffer): Buffer {
  const packed = gzipSync(content, { level: constants.Z_BEST_COMPRESSION });

  packed[GZIP_OS] = 255;

  return packed;
}

/** A `.tgz` that depends on paths and contents alone. Entries are sorted, files are 0644, owned by root. */
export async function createArchive(tree: FileTree): Promise<Buffer> {
  const archive = pack();
  const bytes = buffer(archive);

  for (const [name, content] of [...tree].sort(([a], [b]) => comparePaths(a, b))) {
    archive.entry({ name, mtime: MTIME, mode: 0o644, uid: 0, gid: 0, type: 'file' }, content);
  }
  archive.finalize();

  return gzip(await bytes);
}

export function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
