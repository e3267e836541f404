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
 * before three different percents over ten seconds were seen; then a range from how the pace varied in the last two
 * minutes, widened by the rounding of the percent. A percent that stands still for a minute says so.
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

  const remaining = Math.max(0, 100 - end.percent);
  const { pace, slowest, fastest } = paceRange(recent, remaining);
  const sinceEnd = Math.max(0, now - end.at);
  // The percent is a rounded-down integer: up to one percent more may be done, or less.
  const shortest = Math.max(0, Math.max(0, remaining - 1) / fastest - sinceEnd);
  const longest = Math.max(shortest, remaining / slowest);
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

/** Percent at a moment between the first and the last step, along straight lines. */
function percentAt(moves: readonly RebuildSample[], at: number): number {
  for (let index = 1; index < moves.length; index += 1) {
    const [from, to] = [moves[index - 1], moves[index]];
    if (from === undefined || to === undefined || at > to.at) continue;
    return from.percent + ((to.percent - from.percent) * Math.max(0, at - from.at)) / Math.max(1, to.at - from.at);
  }
  return moves.at(-1)?.percent ?? 0;
}

/** Percent per millisecond in equal parts of what was seen. */
function pacesOf(moves: readonly RebuildSample[], parts: number): readonly number[] {
  const [start, end] = [moves[0]?.at ?? 0, moves.at(-1)?.at ?? 0];
  const length = (end - start) / parts;
  return Array.from({ length: parts }, (_, index) => (percentAt(moves, start + (index + 1) * length) - percentAt(moves, start + index * length)) / length);
}

const MOST_PARTS = 6;
/** Even a pace that has been perfectly steady is not promised closer than this. */
const LEAST_DOUBT = 0.04;
/** The pace varies at least by this share of itself, until enough was seen of it: divided by the parts seen. */
const UNSEEN = 0.4;

/**
 * Pace of the window, and the slowest and fastest that the rest may have: two standard deviations of the mean pace, of
 * what was seen and of what is still to come. A pace that is falling is expected to fall once more as much.
 */
function paceRange(moves: readonly RebuildSample[], remaining: number): { readonly pace: number; readonly slowest: number; readonly fastest: number } {
  const [first, end] = [moves[0], moves.at(-1)];
  const span = (end?.at ?? 0) - (first?.at ?? 0);
  const pace = ((end?.percent ?? 0) - (first?.percent ?? 0)) / span;
  const parts = Math.min(MOST_PARTS, moves.length - 1);
  const paces = pacesOf(moves, parts);
  const variance = paces.reduce((sum, part) => sum + (part - pace) ** 2, 0) / Math.max(1, parts - 1);
  const variation = Math.max(Math.sqrt(variance) / pace, UNSEEN / moves.length);
  const ahead = Math.max(1, remaining / pace / (span / parts));
  const doubt = LEAST_DOUBT + 2 * variation * Math.sqrt(1 / parts + 1 / ahead);
  const lately = paces.slice(-Math.ceil(parts / 3)).reduce((sum, part, _index, all) => sum + part / all.length, 0);
  const fall = Math.min(1, Math.max(0.3, lately / pace));
  return { pace, slowest: (Math.min(pace, lately > 0 ? lately : pace) * fall) / (1 + doubt), fastest: Math.max(pace, lately) * (1 + doubt) };
}
