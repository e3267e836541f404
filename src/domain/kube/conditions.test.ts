import { describe, expect, it } from 'vitest';
import { findCondition, parseConditions } from './conditions';

const AT = Date.UTC(2026, 7, 20, 10);

describe('parseConditions', () => {
  it('reads the array of a CR, whatever the case of the status', () => {
    expect(parseConditions([
      { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'ok', lastTransitionTime: '2026-08-20T10:00:00Z' },
      { type: 'Scheduled', status: 'false' },
      { type: 'Restore', status: 'Unknown' },
      { type: 'Odd', status: 'maybe' },
      { type: 'Silent' }
    ])).toEqual([
      { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'ok', lastTransitionTime: AT },
      { type: 'Scheduled', status: 'False', reason: '', message: '', lastTransitionTime: null },
      { type: 'Restore', status: 'Unknown', reason: '', message: '', lastTransitionTime: null },
      { type: 'Odd', status: 'Unknown', reason: '', message: '', lastTransitionTime: null },
      { type: 'Silent', status: 'Unknown', reason: '', message: '', lastTransitionTime: null }
    ]);
  });

  it('reads the map of the REST API, and lets a member say its own type', () => {
    expect(parseConditions({ Scheduled: { status: 'True' }, key: { type: 'Restore', status: 'False' } }).map(({ type, status }) => [type, status])).toEqual([['Scheduled', 'True'], ['Restore', 'False']]);
  });

  it('takes the time of the last update where that of the transition is missing', () => {
    const times = parseConditions([
      { type: 'a', lastUpdateTime: '2026-08-20T10:00:00Z' },
      { type: 'b', lastTransitionTime: '2026-08-20T10:00:00Z', lastUpdateTime: '2026-08-20T11:00:00Z' },
      { type: 'c', lastTransitionTime: '', lastUpdateTime: '' }
    ]).map((condition) => condition.lastTransitionTime);
    expect(times).toEqual([AT, AT, null]);
  });

  it('leaves out members without a type, in an array and in a map', () => {
    expect(parseConditions([{ status: 'True' }, null, 'Ready', { type: '' }, { type: 'Ready' }]).map(({ type }) => type)).toEqual(['Ready']);
    expect(parseConditions({ '': { status: 'True' }, Ready: {} }).map(({ type }) => type)).toEqual(['Ready']);
  });

  it('is one shared empty list for none', () => {
    expect(parseConditions(undefined)).toEqual([]);
    expect(parseConditions([])).toBe(parseConditions({}));
    expect(Object.isFrozen(parseConditions([{ type: 'Ready' }]))).toBe(true);
  });
});

describe('findCondition', () => {
  it('finds by type, the first of two', () => {
    const conditions = parseConditions([{ type: 'a', status: 'True' }, { type: 'b', status: 'False' }, { type: 'b', status: 'True' }]);
    expect(findCondition(conditions, 'b')?.status).toBe('False');
    expect(findCondition(conditions, 'c')).toBeUndefined();
  });
});
