/** Our scripts' names, as they stand in console locations and stack traces. */
export const EXTENSION_FILES = /uiplugins\/harvester-longhorn-v2\//;
