const UNITS: Record<string, number> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
  Pi: 1024 ** 5,
  m: 1e-3
};

/** A Kubernetes quantity as a number: bytes for storage and memory, cores for CPU. NaN when it is none. */
export function parseQuantity(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return Number.NaN;
  const match = /^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([A-Za-z]*)$/.exec(value.trim());
  const unit = UNITS[match?.[2] ?? '?'];
  return match === null || unit === undefined ? Number.NaN : Number(match[1]) * unit;
}

/** Bytes as Kubernetes' BinarySI writes them: the largest unit that divides evenly. */
export function formatBytes(bytes: number): string {
  for (const unit of ['Ti', 'Gi', 'Mi', 'Ki']) {
    const size = UNITS[unit] ?? 1;
    if (bytes >= size && bytes % size === 0) return `${bytes / size}${unit}`;
  }
  return String(bytes);
}

/** The storage request of a claim or claim template, in bytes; 0 when absent or unreadable. */
export function requestedBytes(spec: Record<string, unknown> | undefined): number {
  const resources = spec?.resources as { requests?: { storage?: unknown } } | undefined;
  const bytes = parseQuantity(resources?.requests?.storage);
  return Number.isFinite(bytes) ? bytes : 0;
}
