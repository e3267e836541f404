import type { DataVolumeRecord } from '../harvester/types';
import { findCondition } from '../kube/conditions';
import { KIND } from '../kube/kinds';
import type { ClusterView } from '../view';
import { cause, conditionEvidence } from './pipeline-steps';
import { evidenceOf } from './reading';
import type { PipelineCause } from './types';

/** Reasons CDI gives on a data volume or its claim, that stop a copy. */
const CLONE_REASONS: Readonly<Record<string, string>> = {
  CloneWithoutSource: 'clone-without-source',
  CloneValidationFailed: 'clone-refused',
  ErrIncompatiblePVC: 'clone-too-small',
  CloneSourceInUse: 'clone-source-in-use'
};

const MESSAGES: readonly (readonly [RegExp, string])[] = [
  [/\b404\b/, 'url-not-found'],
  [/\b(401|403)\b/, 'url-refused'],
  [/no such host|connection refused|i\/o timeout|certificate|x509/i, 'url-unreachable'],
  [/virtual image size .* is larger than|no space left|does not fit|larger than (the )?(available|target)/i, 'import-too-large'],
  [/unknown file format|invalid (image|qcow)|not a valid/i, 'format-unreadable']
];

/** What the data volume itself says against going on: a clone that can't start, an importer that dies. */
export function findImporterCause(view: ClusterView, dataVolume: DataVolumeRecord): PipelineCause | null {
  const id = dataVolume.meta.id;

  for (const condition of dataVolume.conditions) {
    const code = condition.status === 'True' ? undefined : CLONE_REASONS[condition.reason];

    if (code !== undefined) {
      return cause(code, { message: condition.message, source: dataVolume.source.name }, conditionEvidence(view, KIND.dataVolume, id, condition.type, condition.message));
    }
  }

  const running = findCondition(dataVolume.conditions, 'Running');
  const message = running?.status === 'False' ? running.message : '';
  const isDying = dataVolume.restartCount > 0 && dataVolume.phase !== 'Succeeded' && running?.status !== 'True';

  if (dataVolume.phase === 'Failed' || isDying || (running?.status === 'False' && running.reason === 'Error')) {
    const code = MESSAGES.find(([pattern]) => pattern.test(message))?.[1] ?? 'importer-crashes';

    return cause(code, { message, restarts: dataVolume.restartCount, url: dataVolume.source.url, retrying: dataVolume.phase === 'Failed' ? 'no' : 'yes', attempt: dataVolume.restartCount, retry: 0 }, [
      evidenceOf(view, KIND.dataVolume, id, 'status.restartCount', dataVolume.restartCount),
      ...conditionEvidence(view, KIND.dataVolume, id, 'Running', message)
    ], dataVolume.phase !== 'Failed');
  }

  return dataVolume.phase === 'WaitForFirstConsumer'
    ? cause('waits-for-consumer', { class: dataVolume.storageClassName }, [evidenceOf(view, KIND.dataVolume, id, 'status.phase', dataVolume.phase)])
    : null;
}
