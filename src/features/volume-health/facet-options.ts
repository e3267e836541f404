import type { Finding } from '@/domain/health/types';
import { findingText, type Wording } from '../volume-detail/words';
import { FACETS, type Facet } from './query';
import type { RowModel } from './rows';

export interface FacetOption {
  readonly value: string;
  readonly label: string;
  readonly count: number;
}

/** The finding without the names of one volume's nodes and disks: what all volumes with this diagnosis share. */
function nameless(finding: Finding): Finding {
  const params = Object.entries(finding.params).map(([name, value]) => [name, typeof value === 'string' && /^(node|from|disk|source|target)/i.test(name) && value !== '' ? '…' : value]);

  return { ...finding, params: Object.fromEntries(params) as Finding['params'] };
}

/** What can be filtered by, with counts over all volumes. Causes are called by their headline. */
export function facetOptions(model: RowModel, wording: Wording): Readonly<Record<Facet, readonly FacetOption[]>> {
  function label(facet: Facet, value: string): string {
    const sample = facet === 'cause' ? model.sampleOf(value) : undefined;

    return sample ? findingText(nameless(sample.verdict.headline), 'title', wording) : value;
  }
  return Object.fromEntries(FACETS.map((facet) => [
    facet,
    [...model.facet(facet)]
      .filter(([value]) => value !== '')
      .map(([value, count]) => ({ value, count, label: label(facet, value) }))
      .sort((a, b) => a.label.localeCompare(b.label, wording.locale, { numeric: true }))
  ])) as unknown as Record<Facet, readonly FacetOption[]>;
}
