import { formatBytes } from '../kube/sizes';
import type { ParamValue } from './types';

/**
 * Parameters as the sentences take them: those named `…Bytes` become text with a unit (`1.86 TiB`) in the number format
 * of `locale` (BCP 47). Times stay epoch milliseconds, the sentences format them themselves.
 */
export function presentParams(params: Readonly<Record<string, ParamValue>>, locale: string): Readonly<Record<string, ParamValue>> {
  const shown: Record<string, ParamValue> = {};
  for (const name of Object.keys(params)) {
    const value = params[name] ?? '';
    shown[name] = name.endsWith('Bytes') && typeof value === 'number' ? formatBytes(value, locale) : value;
  }
  return shown;
}
