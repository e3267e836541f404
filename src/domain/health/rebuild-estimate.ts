/** One observation of a rebuild: epoch milliseconds, percent 0..100. */
export interface RebuildSample {
  readonly at: number;
  readonly percent: number;
}

export interface RebuildEstimate {
  /** `estimating`: not enough seen yet; `flat`: no progress for at least a minute; `estimated`: a range was earned. */
  readonly state: 'estimating' | 'estimated' | 'flat';
  /** Milliseconds left, as a range; null unless `estimated`. */
  readonly shortestMs: number | null;
  readonly longestMs: number | null;
  /** How far the samples agree: `high` when the range is narrow and well founded. */
  readonly confidence: 'none' | 'low' | 'medium' | 'high';
  /** Epoch milliseconds since when the percent has not moved; null while it moves. */
  readonly notProgressingSince: number | null;
  /** Percent per minute over the window; null unless `estimated`. */
  readonly percentPerMinute: number | null;
}

/** Slopes are taken over at most this much of the past: rebuilds change speed. */
const WINDOW = 120_000;
const FLAT_AFTER = 60_000;
const MIN_DISTINCT = 3;
/** The engine is polled every five seconds: closer samples are repetitions. */
const MIN_SPAN = 10_000;

const NOTHING: RebuildEstimate = Object.freeze({ state: 'estimating', shortestMs: null, longestMs: null, confidence: 'none', notProgressingSince: null, percentPerMinute: null });

/**
 * Since when the rebuild stands at `percent`: the time of the first sample of the last unbroken run of that value.
 * null without samples, or when the last sample shows another value.
 */
export function flatSince(samples: readonly RebuildSample[], percent: number): number | null {
  let since: number | null = null;
  for (let index = samples.length - 1; index >= 0; index -= 1) {
    const sample = samples[index];
    if (sample?.percent !== percent) break;
    since = sample.at;
  }
  return since;
}

/** The samples of the present attempt: those after the last fall of the percent. */
function currentAttempt(samples: readonly RebuildSample[]): readonly RebuildSample[] {
  for (let index = samples.length - 1; index > 0; index -= 1) {
    const [earlier, later] = [samples[index - 1], samples[index]];
    if (earlier !== undefined && later !== undefined && later.percent < earlier.percent) return samples.slice(index);
  }
  return samples;
}

/**
 * Time left of a rebuild, from what was observed of it. No object carries bytes, speed or an ETA, so nothing is said
 * before three different percents over ten seconds were seen; then a range from the slowest and the fastest pace in
 * the last two minutes, widened by the rounding of the percent. A percent that stands still for a minute says so.
 */
export function estimateRebuild(samples: readonly RebuildSample[], now: number): RebuildEstimate {
  const attempt = currentAttempt(samples);
  const last = attempt.at(-1);
  if (last === undefined) return NOTHING;
  const still = flatSince(attempt, last.percent);
  if (last.percent < 100 && still !== null && now - still >= FLAT_AFTER) return { ...NOTHING, state: 'flat', notProgressingSince: still };

  const recent = steps(attempt.filter((sample) => sample.at >= now - WINDOW));
  const first = recent[0];
  const end = recent.at(-1);
  if (first === undefined || end === undefined || recent.length < MIN_DISTINCT || end.at - first.at < MIN_SPAN) return NOTHING;

  const pace = (end.percent - first.percent) / (end.at - first.at);
  const paces = halves(recent, pace);
  // The percent is a rounded-down integer: up to one percent more may be done, or less.
  const remaining = Math.max(0, 100 - end.percent);
  const sinceEnd = Math.max(0, now - end.at);
  const shortest = Math.max(0, Math.max(0, remaining - 1) / Math.max(...paces) - sinceEnd);
  const longest = Math.max(shortest, remaining / Math.min(...paces));
  const spread = longest <= 0 ? 0 : (longest - shortest) / longest;
  return {
    state: 'estimated',
    shortestMs: Math.round(shortest),
    longestMs: Math.round(longest),
    confidence: recent.length >= 8 && spread < 0.35 ? 'high' : recent.length >= 5 && spread < 0.6 ? 'medium' : 'low',
    notProgressingSince: null,
    percentPerMinute: pace * 60_000
  };
}

/** The samples at which the percent moved. */
function steps(samples: readonly RebuildSample[]): readonly RebuildSample[] {
  return samples.filter((sample, index) => index === 0 || sample.percent !== samples[index - 1]?.percent);
}

/** The pace of the whole, of its first and of its second half: their spread is the range. */
function halves(samples: readonly RebuildSample[], whole: number): readonly number[] {
  const middle = Math.floor(samples.length / 2);
  const paces = [whole];
  for (const [a, b] of [[samples[0], samples[middle]], [samples[middle], samples.at(-1)]] as const) {
    if (a === undefined || b === undefined || b.at <= a.at || b.percent <= a.percent) continue;
    paces.push((b.percent - a.percent) / (b.at - a.at));
  }
  return paces;
}
