import { build } from 'vite';
import { buildExtension } from '../pkg/harvester-longhorn-v2/build';

/** The standalone app to `dist/`, the extension to `dist-pkg/`. */
await build({ logLevel: 'warn' });
console.log('standalone app: dist/');

const { directory } = await buildExtension();

console.log(`extension: ${ directory }`);
