export const KIB = 2 ** 10;
export const MIB = 2 ** 20;
export const GIB = 2 ** 30;
export const TIB = 2 ** 40;

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** A size split into a rounded number and its binary unit: 40 GiB is `{ value: 40, unit: 'GiB' }`. Three digits at most. */
export function scaleBytes(bytes: number): { readonly value: number; readonly unit: (typeof UNITS)[number] } {
  let value = Number.isFinite(bytes) ? Math.abs(bytes) : 0;
  let step = 0;
  while (value >= 1023.5 && step < UNITS.length - 1) {
    value /= 1024;
    step += 1;
  }
  const digits = value >= 100 || step === 0 ? 0 : value >= 10 ? 1 : 2;
  const rounded = Number(value.toFixed(digits));
  return { value: bytes < 0 ? -rounded : rounded, unit: UNITS[step] ?? 'B' };
}

/** A size for people, `1.86 TiB`; `locale` (BCP 47) decides the number's form. */
export function formatBytes(bytes: number, locale = 'en-US'): string {
  const { value, unit } = scaleBytes(bytes);
  return `${value.toLocaleString(locale, { maximumFractionDigits: 2 })} ${unit}`;
}

/** Bytes rounded up to whole GiB, in bytes: Harvester's forms take whole GiB. */
export function ceilToGiB(bytes: number): number {
  return Math.ceil(bytes / GIB) * GIB;
}

/** The Kubernetes quantity of whole GiB (`40Gi`), rounded up. */
export function toGiQuantity(bytes: number): string {
  return `${Math.ceil(bytes / GIB)}Gi`;
}
