import { describe, expect, it } from 'vitest';
import { rawCluster } from '@/domain/testing/raw-cluster';
import { rawNode } from '@/domain/testing/raw-objects';
import { diskLabel, shortenDisk } from './disk-label';

describe('shortenDisk', () => {
  it('keeps names that people gave, and calls made-up ones by their device', () => {
    expect(shortenDisk('nvme0', '/dev/nvme0n1')).toBe('nvme0');
    expect(shortenDisk('8746611083d774a7c66d4ef62fe7397d', '/dev/nvme0n1')).toBe('nvme0n1');
    expect(shortenDisk('default-disk-8e49c86528e8c0b4', '/var/lib/harvester/defaultdisk')).toBe('defaultdisk');
  });

  it('shortens what is long without losing its end, where such names differ', () => {
    expect(shortenDisk('8746611083d774a7c66d4ef62fe7397d', '/dev/disk/by-id/nvme-eui.8746611083d774a7')).toBe('nvme-…d774a7');
    expect(shortenDisk('8746611083d774a7c66d4ef62fe7397d', '')).toBe('87466…e7397d');
  });
});

describe('diskLabel', () => {
  it('looks the path up on the node', () => {
    expect(diskLabel(rawCluster([rawNode(1)]), 'node-1', 'nvme0')).toBe('nvme0');
    expect(diskLabel(rawCluster([]), 'node-1', '0123456789abcdef0123')).toBe('01234…ef0123');
  });
});
