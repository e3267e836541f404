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

const CLUSTER = 65_536;
/** Guest bytes one L1 entry covers: an L2 table of 8192 entries, a cluster each. */
const PER_L1_ENTRY = CLUSTER * (CLUSTER / 8);

/** A valid, empty qcow2 (version 3) of a disk size: what a browser downloads of a volume whose data is not simulated. */
export function emptyQcow2(virtualSize: number): Buffer {
  const l1Entries = Math.max(1, Math.ceil(virtualSize / PER_L1_ENTRY));
  const l1Clusters = Math.ceil((l1Entries * 8) / CLUSTER);
  const used = 3 + l1Clusters;
  const file = Buffer.alloc(used * CLUSTER);
  MAGIC.copy(file);
  file.writeUInt32BE(3, 4);
  file.writeUInt32BE(16, 20);
  file.writeBigUInt64BE(BigInt(virtualSize), VIRTUAL_SIZE_OFFSET);
  file.writeUInt32BE(l1Entries, 36);
  file.writeBigUInt64BE(BigInt(3 * CLUSTER), 40);
  // Reference counts: a table of one cluster, a block of one cluster, 16 bits each.
  file.writeBigUInt64BE(BigInt(CLUSTER), 48);
  file.writeUInt32BE(1, 56);
  file.writeUInt32BE(4, 96);
  file.writeUInt32BE(104, 100);
  file.writeBigUInt64BE(BigInt(2 * CLUSTER), CLUSTER);
  for (let index = 0; index < used; index += 1) file.writeUInt16BE(1, 2 * CLUSTER + index * 2);
  return file;
}
