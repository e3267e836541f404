import { run } from './stages';
import { findBrowser } from '../tests/support/browser';

const HOW = 'No Chromium was found. Install one: `npx playwright install --with-deps chromium`, or your system\'s package (Debian: `apt-get install chromium`), or name it: CHROMIUM=/path/to/chromium npm test';

/** Makes sure that there is a browser for the end-to-end tests. Null when there is one, else what to do. */
export async function ensureBrowser(): Promise<string | null> {
  if (findBrowser()) {
    return null;
  }
  console.log('No Chromium found: trying Playwright\'s…');
  await run('npx', ['playwright', 'install', 'chromium']);
  if (!findBrowser() && process.getuid?.() === 0) {
    console.log('Trying the system\'s…');
    await run('apt-get', ['update', '-qq']);
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], { DEBIAN_FRONTEND: 'noninteractive' });
  }

  return findBrowser() ? null : HOW;
}
