import type { DegradedPhase, Level } from '@/domain/health/types';

/** A family of colours. Never the only carrier of a state: a shape and a word go with it. */
export type Tone = 'ok' | 'info' | 'warn' | 'bad' | 'unk';

/** The shapes a state may take; each differs from the others without colour. */
export type Shape =
  | 'check' | 'cross' | 'alert' | 'clock' | 'cycle' | 'pause' | 'queue' | 'wave' | 'question' | 'square' | 'dots' | 'note' | 'dash';

const PHASES: Readonly<Record<DegradedPhase, { readonly tone: Tone; readonly shape: Shape }>> = {
  rebuilding: { tone: 'info', shape: 'cycle' },
  starting: { tone: 'info', shape: 'dots' },
  queued: { tone: 'info', shape: 'queue' },
  waiting: { tone: 'warn', shape: 'clock' },
  paused: { tone: 'warn', shape: 'pause' },
  blocked: { tone: 'warn', shape: 'alert' },
  stuck: { tone: 'warn', shape: 'alert' },
  flapping: { tone: 'warn', shape: 'wave' },
  'by-design': { tone: 'unk', shape: 'note' }
};

const LEVELS: Readonly<Record<Level, { readonly tone: Tone; readonly shape: Shape }>> = {
  critical: { tone: 'bad', shape: 'cross' },
  degraded: { tone: 'warn', shape: 'alert' },
  unknown: { tone: 'unk', shape: 'question' },
  transition: { tone: 'info', shape: 'dots' },
  stopped: { tone: 'unk', shape: 'square' },
  healthy: { tone: 'ok', shape: 'check' }
};

/** Colour family and shape of a state: the phase decides for degraded volumes, the level for all others. */
export function lookOf(level: Level, phase: DegradedPhase | null = null): { readonly tone: Tone; readonly shape: Shape } {
  return level === 'degraded' && phase ? PHASES[phase] : LEVELS[level];
}
