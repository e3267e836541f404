import { KIND } from '../../kube/kinds';
import type { Kind } from '../../kube/kinds';
import { findLonghornNode, hasRunningInstanceManager, nodeReadiness } from '../../longhorn/node-status';
import { judgeLevel } from '../base-level';
import type { DoubtCode } from '../base-level';
import { asApiState, cite } from '../evidence';
import { rulesOf } from '../rule';
import type { Rule } from '../rule';
import type { Situation } from '../situation';
import { citeEngine, citeModes, citeNodeCondition, citeReadState, citeRobustness, citeState, citeVolume } from './cite';

const unknown = rulesOf('unknown');

/** Node where the engine runs, as far as anything tells. */
function engineNode(s: Situation): string {
  return s.engine?.nodeId || s.volume.currentEngineNodeId || s.volume.currentNodeId;
}

const nodeDownUnknown = unknown('node-down-unknown', { row: '43', needsHelp: true, params: ['node'] }, (s) => {
  if (s.volume.state !== 'attached' || s.volume.robustness === 'healthy') return null;
  for (const name of new Set([engineNode(s), s.volume.currentNodeId])) {
    const node = findLonghornNode(s.view, name);
    if (node === undefined || nodeReadiness(node) !== 'down') continue;
    return {
      params: { node: name },
      evidence: [citeRobustness(s), ...(s.engine === null ? [] : [citeEngine(s, s.engine, 'status.currentState', asApiState(s.engine.currentState))]), citeNodeCondition(s, node, 'Ready')]
    };
  }
  return null;
});

const instanceManagerUnknown = unknown('instance-manager-unknown', { row: '44', needsHelp: true, params: ['node', 'engine'] }, (s) => {
  if (s.volume.state !== 'attached' || s.engine === null || s.engine.currentState !== 'unknown') return null;
  const node = findLonghornNode(s.view, engineNode(s));
  if (node === undefined || nodeReadiness(node) !== 'ready' || hasRunningInstanceManager(s.view, node.meta.name, s.volume.dataEngine) !== false) return null;
  const managers = s.view.instanceManagersOnNode(node.meta.name).filter((manager) => manager.dataEngine === s.volume.dataEngine);
  return {
    params: { node: node.meta.name, engine: s.volume.dataEngine },
    evidence: [citeRobustness(s), citeEngine(s, s.engine, 'status.currentState', asApiState(s.engine.currentState)), ...managers.map((manager) => cite(s.view, KIND.instanceManager, manager.meta.id, 'status.currentState', asApiState(manager.currentState)))]
  };
});

/** Names of kinds in sentences are l10n's business: `what` selects among them. */
const WHAT: Partial<Record<Kind, string>> = { [KIND.volume]: 'volume', [KIND.engine]: 'engine', [KIND.replica]: 'replica' };

function doubtRule(code: DoubtCode, needsHelp: boolean): Rule {
  return unknown(code, { needsHelp, params: ['what', 'sinceAt', 'hasSince', 'value'] }, (s) => {
    const { doubt } = judgeLevel(s);
    if (doubt?.code !== code) return null;
    const { since } = s.view.readState(doubt.kind);
    return {
      params: { what: WHAT[doubt.kind] ?? 'other', sinceAt: since ?? 0, hasSince: since === null ? 'no' : 'yes', value: code === 'state-unknown' ? s.volume.rawState : s.volume.rawRobustness },
      evidence: [
        citeReadState(s, doubt.kind), citeState(s), citeRobustness(s),
        ...(s.engine === null ? [] : [citeEngine(s, s.engine, 'status.currentState', asApiState(s.engine.currentState)), citeModes(s, s.engine)]),
        ...(code === 'replica-count-missing' ? [citeVolume(s, 'spec.numberOfReplicas', s.volume.numberOfReplicas)] : [])
      ]
    };
  });
}

/** The engine's node or its instance manager is lost. */
export const UNKNOWN_CAUSES: readonly Rule[] = [nodeDownUnknown, instanceManagerUnknown];

/** Nothing can be promised: an object is missing, unreadable or stale. */
export const DOUBTS: readonly Rule[] = [
  doubtRule('cannot-read', false), doubtRule('kind-absent', false), doubtRule('data-stale', false), doubtRule('still-loading', false), doubtRule('read-failed', false),
  doubtRule('volume-gone', false), doubtRule('engine-missing', true), doubtRule('engine-not-running', true), doubtRule('modes-missing', true),
  doubtRule('replicas-missing', true), doubtRule('replica-count-missing', true), doubtRule('state-unknown', true), doubtRule('sharded-unverified', false),
  doubtRule('no-proven-copy', true), doubtRule('robustness-unknown', true)
];
