/** `data-testid`s of the conversion of a v1 image; `data-stage` on the panel tells how far it is. */
export const CONVERSION_TESTID = {
  panel: 'lhv2-conversion',
  /** Radio buttons, for an image that has a URL. */
  way: (way: 'reimport' | 'export') => `lhv2-conversion-way-${way}`,
  class: 'lhv2-conversion-class',
  start: 'lhv2-conversion-start',
  cancel: 'lhv2-conversion-cancel',
  use: 'lhv2-conversion-use'
} as const;
