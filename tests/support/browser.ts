import { existsSync } from 'node:fs';
import { chromium } from '@playwright/test';

/** Where Debian, Ubuntu, Fedora and Google put it. */
const SYSTEM_BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable'];

/** Nothing that a headless test needs to fetch or report. */
export const BROWSER_ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** Path of a Chromium: Playwright's own when it is installed, else the system's; null when there is none. */
export function findBrowser(): string | null {
  const own = chromium.executablePath();

  return [process.env.CHROMIUM ?? '', own, ...SYSTEM_BROWSERS].find((path) => path !== '' && existsSync(path)) ?? null;
}
