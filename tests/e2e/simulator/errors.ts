import type { Page } from '@playwright/test';

/** What differs between two runs of the same page: ports, ids and generated names. */
function normalized(text: string): string {
  return text
    .replace(/127\.0\.0\.1:\d+/g, 'host')
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<uid>')
    .replace(/\?[^\s]*_=\d+/g, '')
    .split('\n', 1)[0] ?? '';
}

/** Collects what the page's scripts throw and what its console reports as errors; the answer is without repetitions. */
export function watchErrors(page: Page): () => readonly string[] {
  const errors = new Set<string>();

  page.on('pageerror', (error) => errors.add(normalized(`thrown: ${ error.message }`)));
  page.on('console', (message) => {
    if (message.type() === 'error') {
      errors.add(normalized(`console: ${ message.text() } ${ message.text().startsWith('Failed to load') ? message.location().url : '' }`.trim()));
    }
  });

  return () => [...errors];
}
