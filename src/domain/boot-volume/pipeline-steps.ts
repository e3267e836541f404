import { evidenceOf } from './reading';
import type { Kind } from '../kube/kinds';
import type { ClusterView } from '../view';
import type { Evidence } from '../health/types';
import type { Params, Pipeline, PipelineCause, PipelineStep, StepState } from './types';

/** One step of a pipeline. `progress` is percent 0..100, null where nothing tells it. */
export function step(id: string, state: StepState, code: string, params: Params = {}, progress: number | null = null, evidence: readonly Evidence[] = []): PipelineStep {
  return Object.freeze({ id, state, code, params, progress, evidence });
}

/** Why a pipeline stalls; `isRecoverable` says whether it goes on once the cause is gone. */
export function cause(code: string, params: Params = {}, evidence: readonly Evidence[] = [], isRecoverable = true): PipelineCause {
  return Object.freeze({ code, params, evidence, isRecoverable });
}

/** Evidence from one condition's message. */
export function conditionEvidence(view: ClusterView, kind: Kind, id: string, type: string, message: string): readonly Evidence[] {
  return [evidenceOf(view, kind, id, `status.conditions[${type}].message`, message)];
}

/**
 * The whole from its parts: done when the last step is, failed or stalled as soon as one is. A cause makes what still
 * runs stalled; on what is done it is a remark.
 */
export function composePipeline(steps: readonly PipelineStep[], found: PipelineCause | null): Pipeline {
  const has = (state: StepState): boolean => steps.some(entry => entry.state === state);
  const last = steps.at(-1);

  if (has('failed')) {
    return { state: 'failed', steps, cause: found };
  }

  if (last?.state === 'done') {
    return { state: 'done', steps, cause: found };
  }

  if (found !== null || has('stalled')) {
    return { state: found?.isRecoverable === false ? 'failed' : 'stalled', steps, cause: found };
  }

  return { state: steps.every(entry => entry.state === 'unknown') ? 'unknown' : 'running', steps, cause: null };
}
