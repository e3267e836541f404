/** What is mutated together, and whose tests must notice: its own, and no test of a folder that rests on it. */
export const FOLDERS = {
  kube: { tests: ['kube'] },
  longhorn: { tests: ['longhorn'] },
  harvester: { tests: ['harvester'] },
  'boot-volume': { tests: ['boot-volume'] },
  health: { tests: ['health'] }
} as const;

export type Folder = keyof typeof FOLDERS;
