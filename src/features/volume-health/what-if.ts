import { orderDrains, rehearseDrain, rehearseLoss, type DrainRehearsal, type LossRehearsal } from '@/domain/health/rehearse';
import { rehearseUpgrade, type UpgradeRefusal } from '@/domain/health/rehearse-upgrade';
import { KIND } from '@/domain/kube/kinds';
import type { ClusterContext } from '@/stores/contract';

/** What can be rehearsed. `order`: in which order to drain the hosts; `upgrade`: what Harvester's upgrade check refuses. */
export const QUESTIONS = ['drain', 'fail', 'disk', 'zone', 'order', 'upgrade'] as const;
export type Question = (typeof QUESTIONS)[number];

export interface WhatIf {
  readonly question: Question;
  /** Hosts, disk UUIDs or a zone. */
  readonly targets: readonly string[];
}

export type Answer =
  | { readonly question: 'drain'; readonly drain: DrainRehearsal; readonly loss: LossRehearsal }
  | { readonly question: 'fail' | 'disk' | 'zone'; readonly loss: LossRehearsal }
  | { readonly question: 'order'; readonly order: readonly { readonly nodeName: string; readonly rehearsal: DrainRehearsal }[] }
  | { readonly question: 'upgrade'; readonly refusals: readonly UpgradeRefusal[] | null };

/** Reads `drain:node-1,node-2` of the address; anything unknown asks for a drain of nothing yet. */
export function parseWhatIf(text: string): WhatIf {
  const [name = '', targets = ''] = text.split(/:(.*)/s);

  return { question: QUESTIONS.find((question) => question === name) ?? 'drain', targets: targets.split(',').filter((target) => target !== '') };
}

export function whatIfText({ question, targets }: WhatIf): string {
  return targets.length > 0 ? `${question}:${targets.join(',')}` : question;
}

/** The answer as things stand; null while nothing is chosen. Nothing is changed. */
export function rehearse({ inventory, health }: Pick<ClusterContext, 'inventory' | 'health'>, { question, targets }: WhatIf): Answer | null {
  if (question === 'order') {
    return { question, order: orderDrains(inventory, health.verdicts()) };
  }
  if (question === 'upgrade') {
    return { question, refusals: rehearseUpgrade(inventory) };
  }
  if (targets.length === 0) {
    return null;
  }
  if (question === 'drain') {
    const drain = rehearseDrain(inventory, health.verdicts(), targets);

    return { question, drain, loss: drain.loss };
  }
  return { question, loss: rehearseLoss(inventory, health.verdicts(), question === 'fail' ? { nodes: targets } : question === 'disk' ? { disks: targets } : { zone: targets[0] ?? '' }) };
}

/** What may be chosen for a question, in natural order. */
export function targetsOf({ inventory }: Pick<ClusterContext, 'inventory'>, question: Question, labelDisk: (node: string, disk: string) => string): readonly { readonly value: string; readonly label: string }[] {
  const nodes = [...inventory.all(KIND.longhornNode)].sort((a, b) => a.meta.name.localeCompare(b.meta.name, 'en', { numeric: true }));

  switch (question) {
    case 'drain':
    case 'fail': return nodes.map(({ meta }) => ({ value: meta.name, label: meta.name }));
    case 'disk': return nodes.flatMap((node) => node.disks.filter((disk) => disk.uuid !== '').map((disk) => ({ value: disk.uuid, label: `${node.meta.name} · ${labelDisk(node.meta.name, disk.name)}` })));
    case 'zone': return [...new Set(nodes.map((node) => node.zone))].filter((zone) => zone !== '').sort().map((zone) => ({ value: zone, label: zone }));
    default: return [];
  }
}
