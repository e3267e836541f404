/** `data-testid`s of forms that were left and found again. */
export const DRAFT_TESTID = {
  notice: 'lhv2-draft',
  startOver: 'lhv2-draft-start-over'
} as const;
