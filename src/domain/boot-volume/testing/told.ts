/** Test support: what the boot volume's rules answer, told in full as text that a person can judge. */
import { tellEvidence, tellParams } from '../../testing/told';
import type { BootClass, ObjectPlan, Pipeline, PlanNote, PlanProblem, ReadinessCheck } from '../types';

function join(...lines: readonly (string | readonly string[])[]): string {
  return lines.flat().join('\n');
}

/** `id [scope, state] code params > fix`, and a line per piece of evidence. */
export function tellChecks(checks: readonly ReadinessCheck[]): string {
  return join(...checks.map(check => [`${check.id} [${check.scope}, ${check.state}] ${check.code} ${tellParams(check.params)}${check.whatToDo === null ? '' : ` > ${check.whatToDo}`}`.trimEnd(), ...check.evidence.map(tellEvidence)]));
}

/** `code [level] params`. */
export function tellNotes(notes: readonly PlanNote[]): string {
  return join(...notes.map(note => `${note.code} [${note.level}] ${tellParams(note.params)}`.trimEnd()));
}

/** `field: code params`. */
export function tellProblems(problems: readonly PlanProblem[]): string {
  return problems.length === 0 ? 'no problem' : join(...problems.map(problem => `${problem.field || '—'}: ${problem.code} ${tellParams(problem.params)}`.trimEnd()));
}

/** The body as it would be posted, or what stands against it. */
export function tellPlan({ body, problems }: ObjectPlan): string {
  return body === null ? `nothing to post\n${tellProblems(problems)}` : JSON.stringify(body, null, 2);
}

/** Its state, its steps, and what keeps it. */
export function tellPipeline({ state, steps, cause }: Pipeline): string {
  return join(
    state,
    ...steps.map(step => [`  ${step.id} [${step.state}${step.progress === null ? '' : ` ${String(step.progress)} %`}] ${step.code} ${tellParams(step.params)}`.trimEnd(), ...step.evidence.map(tellEvidence)]),
    cause === null ? [] : [` because: ${cause.code}${cause.isRecoverable ? '' : ' for good'} ${tellParams(cause.params)}`.trimEnd(), ...cause.evidence.map(tellEvidence)]
  );
}

/** All but the record it was read from. */
export function tellClass(entry: BootClass): string {
  const marks = [entry.isMigratable ? 'migratable' : null, entry.isDefault ? 'default' : null, entry.isRecommended ? 'recommended' : null].filter(mark => mark !== null);

  return join(
    `${entry.name}: ${entry.refusal ?? 'offered'}, ${String(entry.replicas)} replicas${marks.map(mark => `, ${mark}`).join('')}; clones by ${entry.cloneStrategy}; ${entry.accessModes.join('+') || '—'} ${entry.volumeMode || '—'}`,
    `  on ${entry.usableNodes === null ? 'nobody knows which nodes' : entry.usableNodes.join(', ') || 'no node'}; tags ${[...entry.nodeSelector, '|', ...entry.diskSelector].join(' ')}; warnings ${entry.warnings.join(', ') || '—'}`
  );
}
