/**
 * A field that no spreadsheet takes for a formula: texts that start with `= + - @`, tab or return get an apostrophe in
 * front (OWASP's advice on CSV injection). Quoted when it has to be.
 */
export function csvField(value: string | number | null): string {
  if (value === null) {
    return '';
  }
  if (typeof value === 'number') {
    return String(value);
  }
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;

  return /[",\r\n;]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Rows as RFC 4180 text, with the byte-order mark that makes spreadsheets read UTF-8. */
export function toCsv(head: readonly string[], rows: Iterable<readonly (string | number | null)[]>): string {
  const lines = [head.map(csvField).join(',')];

  for (const row of rows) {
    lines.push(row.map(csvField).join(','));
  }
  return `\uFEFF${lines.join('\r\n')}\r\n`;
}

/** Hands a text to the browser as a download. */
export function download(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');

  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => { URL.revokeObjectURL(url); }, 1000);
}
