const cache = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

function cached<T extends Intl.NumberFormat | Intl.DateTimeFormat>(key: string, make: () => T): T {
  const known = cache.get(key) as T | undefined;

  if (known) {
    return known;
  }
  const made = make();

  cache.set(key, made);
  return made;
}

const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;

/** Bytes in binary units with three significant digits: `1.84 TiB`. null reads as an em dash, never as zero. */
export function formatBytes(bytes: number | null | undefined, locale: string): string {
  if (bytes == null || !Number.isFinite(bytes)) {
    return '—';
  }
  const power = bytes < 1 ? 0 : Math.min(BINARY.length - 1, Math.floor(Math.log2(Math.abs(bytes)) / 10));
  const number = cached(`bytes ${locale}`, () => new Intl.NumberFormat(locale, { maximumSignificantDigits: 3, useGrouping: false }));

  return `${number.format(bytes / 2 ** (10 * power))} ${BINARY[power] ?? 'B'}`;
}

const UNITS = [['day', 86_400_000], ['hour', 3_600_000], ['minute', 60_000], ['second', 1000]] as const;

/** A span in at most two units, rounded down: `2h 10m`, `2小时 10分钟`. Negative spans read as zero seconds. */
export function formatDuration(milliseconds: number, locale: string): string {
  const span = Math.max(0, milliseconds);
  const first = UNITS.findIndex(([, size]) => span >= size);
  const start = first < 0 ? UNITS.length - 1 : first;
  const parts: string[] = [];
  let rest = span;

  for (const [unit, size] of UNITS.slice(start, start + 2)) {
    const count = Math.floor(rest / size);

    rest -= count * size;
    // A second unit beside days is noise after ten of them; zero of it says nothing.
    if (parts.length === 0 || (count > 0 && !(unit === 'hour' && span > 10 * 86_400_000))) {
      parts.push(cached(`${unit} ${locale}`, () => new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'narrow' })).format(count));
    }
  }
  return parts.join(' ');
}

/** Clock time, with the date in front when it is not the day of `now`. Local time zone. */
export function formatClock(at: number, now: number, locale: string, withSeconds = false): string {
  const isSameDay = new Date(at).toDateString() === new Date(now).toDateString();
  const options: Intl.DateTimeFormatOptions = {
    hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
    ...(withSeconds ? { second: '2-digit' } : {}),
    ...(isSameDay ? {} : { month: 'short', day: 'numeric' })
  };

  return cached(`clock ${locale} ${String(withSeconds)} ${String(isSameDay)}`, () => new Intl.DateTimeFormat(locale, options)).format(at);
}

/** A full date and time, for titles and tooltips. */
export function formatInstant(at: number, locale: string): string {
  return cached(`instant ${locale}`, () => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' })).format(at);
}

export function formatNumber(value: number, locale: string): string {
  return cached(`number ${locale}`, () => new Intl.NumberFormat(locale)).format(value);
}
