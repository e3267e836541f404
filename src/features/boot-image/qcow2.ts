const MAGIC = 0x514649fb;

/**
 * Virtual size in bytes of a local image file: from a qcow2 header (magic `QFI\xfb`, big-endian at byte 24), else the
 * file's own size, as Harvester reckons (harvester `image/cdi`). null when the file can't be read.
 */
export async function readVirtualSize(file: Blob): Promise<number | null> {
  try {
    const header = new DataView(await file.slice(0, 32).arrayBuffer());

    return header.byteLength >= 32 && header.getUint32(0) === MAGIC ? Number(header.getBigUint64(24)) : file.size;
  } catch {
    return null;
  }
}
