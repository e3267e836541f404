/** Route segments of Harvester's pages (`params.resource`), which for volumes and hosts are not the schema id. */
export const PAGE = {
  image: 'harvesterhci.io.virtualmachineimage',
  machine: 'kubevirt.io.virtualmachine',
  volume: 'harvesterhci.io.volume',
  host: 'harvesterhci.io.host',
  setting: 'harvesterhci.io.setting',
  health: 'longhorn.v2.volumehealth'
} as const;
