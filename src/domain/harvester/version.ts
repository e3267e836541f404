import type { HarvesterVersion } from './types';

/** What a Harvester server can do, and the first version 1.x.y that can: `[x, y]`. */
const SINCE = {
  /** Images through CDI (`spec.backend`, `spec.targetStorageClassName`); older servers drop the fields. */
  cdiImages: [5, 0],
  /** Clone strategy and snapshot class as annotations of the storage class. */
  cdiClassAnnotations: [6, 0],
  /** CDI's importer no longer keeps a whole image in memory when its web server knows no ranges. */
  boundedImports: [6, 1],
  /** v2 volumes can grow. */
  v2Expansion: [7, 0],
  /** Longhorn 1.10: a v2 volume can be cloned by the CSI driver; `snapshot` and `csi-clone` work from here. */
  v2CsiClone: [7, 0],
  v2Snapshots: [7, 0],
  /** Huge pages are optional and sized by settings. */
  v2HugepageSettings: [9, 0],
  /** Backups and snapshots of VMs with v2 volumes are refused again, by a check that names the volume. */
  v2BackupCheck: [9, 0]
} as const;

export type Feature = keyof typeof SINCE;

/**
 * Reads the setting `server-version`: `v1.8.2`, `v1.9.0-rc3`, `1.7.0+abc`. Development builds (`master-<sha>-head`) and
 * anything else unparsable are taken for the latest, as Harvester's own UI does.
 */
export function parseVersion(text: string): HarvesterVersion {
  const match = /^v?(\d+)\.(\d+)(?:\.(\d+))?(?:[-+].*)?$/.exec(text.trim());

  return Object.freeze(match
    ? { text, major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3] ?? 0), isParsed: true }
    : { text, major: Infinity, minor: Infinity, patch: Infinity, isParsed: false });
}

/** Whether servers of this version have the feature. */
export function supports(version: HarvesterVersion, feature: Feature): boolean {
  const [minor, patch] = SINCE[feature];

  return version.major > 1 || (version.major === 1 && (version.minor > minor || (version.minor === minor && version.patch >= patch)));
}

/**
 * Clone strategy that this version's storage class mutator writes for a v2 class: `copy` until 1.9.0-rc2, `csi-clone`
 * from 1.9.0-rc3 (harvester `webhook/resources/storageclass/mutator.go`).
 */
export function defaultCloneStrategy(version: HarvesterVersion): 'copy' | 'csi-clone' {
  if (version.major === 1 && version.minor < 9) {
    return 'copy';
  }

  return /^v?1\.9\.0-rc[12]$/.test(version.text.trim()) ? 'copy' : 'csi-clone';
}
