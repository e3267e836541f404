import type { HarvesterMinor, Profile } from './contract';

/** The last release of each minor; 1.9 as its release candidate 6 ships it. Source: Harvester's chart at each tag. */
export const PROFILES: Readonly<Record<HarvesterMinor, Profile>> = Object.freeze({
  '1.5': { harvester: '1.5', serverVersion: 'v1.5.2', longhorn: 'v1.8.2', longhornMinor: 8, kubernetes: 'v1.32.4+rke2r1', cloneStrategy: 'copy', hasEngineFrontend: false },
  '1.6': { harvester: '1.6', serverVersion: 'v1.6.1', longhorn: 'v1.9.2', longhornMinor: 9, kubernetes: 'v1.33.5+rke2r1', cloneStrategy: 'copy', hasEngineFrontend: false },
  '1.7': { harvester: '1.7', serverVersion: 'v1.7.2', longhorn: 'v1.10.2', longhornMinor: 10, kubernetes: 'v1.34.2+rke2r1', cloneStrategy: 'copy', hasEngineFrontend: false },
  '1.8': { harvester: '1.8', serverVersion: 'v1.8.2', longhorn: 'v1.11.2', longhornMinor: 11, kubernetes: 'v1.35.2+rke2r1', cloneStrategy: 'copy', hasEngineFrontend: false },
  '1.9': { harvester: '1.9', serverVersion: 'v1.9.0', longhorn: 'v1.12.1', longhornMinor: 12, kubernetes: 'v1.35.4+rke2r1', cloneStrategy: 'csi-clone', hasEngineFrontend: true }
});

export const DEFAULT_MINOR: HarvesterMinor = '1.8';

export function isHarvesterMinor(text: string): text is HarvesterMinor {
  return Object.hasOwn(PROFILES, text);
}

/** The profile of `1.8`, `1.8.2` or `v1.8.2`; undefined when the minor is not simulated. */
export function findProfile(version: string): Profile | undefined {
  const minor = /^v?(\d+\.\d+)/.exec(version)?.[1];
  return minor !== undefined && isHarvesterMinor(minor) ? PROFILES[minor] : undefined;
}
