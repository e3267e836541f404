/** Version of the extension, from `package.json`; put in by the build. */
declare const __LHV2_VERSION__: string;
/** Section `lhv2.host` per locale; put in by the build. */
declare const __LHV2_HOST_MESSAGES__: Readonly<Record<'en-us' | 'zh-hans', Readonly<Record<string, unknown>>>>;
