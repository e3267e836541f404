/** Bytes of an image's head that tell its format and virtual size. */
export const HEAD_BYTES = 128;

const MAGIC = Buffer.from([0x51, 0x46, 0x49, 0xfb]);
const VIRTUAL_SIZE_OFFSET = 24;

/** Virtual size in bytes from a qcow2 header that starts at `offset`; 0 when it is no qcow2. */
export function qcow2VirtualSize(head: Uint8Array, offset = 0): number {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  if (offset < 0 || bytes.length < offset + VIRTUAL_SIZE_OFFSET + 8) return 0;
  if (!bytes.subarray(offset, offset + 4).equals(MAGIC)) return 0;
  return Number(bytes.readBigUInt64BE(offset + VIRTUAL_SIZE_OFFSET));
}

/** Where the qcow2 magic starts in the first bytes of an upload; -1 when nowhere. */
export function findQcow2Magic(head: Uint8Array): number {
  return Buffer.from(head.buffer, head.byteOffset, head.byteLength).indexOf(MAGIC);
}

/** Archive formats whose content is larger than the file: CDI unpacks them, the size from the header is too small. */
export function compressionOf(head: Uint8Array): 'gzip' | 'xz' | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head[0] === 0xfd && head[1] === 0x37 && head[2] === 0x7a && head[3] === 0x58 && head[4] === 0x5a) return 'xz';
  return undefined;
}
