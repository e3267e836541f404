/** Our scripts' names, as they stand in console locations and stack traces. */
export const EXTENSION_FILES = /uiplugins\/harvester-longhorn-v2\//;

/** What the browser itself writes when a connection fails, whoever opened it. */
export const BROWSER_NOTES = /^(WebSocket connection to|Failed to load resource)/;
