/** Kubernetes quantities (`10Gi`, `1500M`, `0.5Ti`, `1e9`, `100m`) and plain byte numbers. */

const FACTORS: Readonly<Record<string, number>> = Object.freeze({
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60
});

const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([a-zA-Z]{0,2})$/;

/**
 * The number a Kubernetes quantity stands for (bytes, for storage and memory), or null when it is not one.
 * Mirrors `apimachinery/pkg/api/resource`: decimal and binary suffixes, exponents; fractions are rounded up, as
 * `Quantity.Value()` does.
 */
export function parseQuantity(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? Math.ceil(value) : null;
  if (typeof value !== 'string') return null;
  const match = QUANTITY.exec(value.trim());
  if (match === null) return null;
  const number = Number(match[1]) * (FACTORS[match[2] ?? ''] ?? NaN);
  return Number.isFinite(number) ? Math.ceil(number) : null;
}
