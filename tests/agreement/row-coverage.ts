import { diagnosisCatalogue } from '@/domain/health/catalogue';

/** Rows of the decision table that the codes stand for. */
export function reachedRows(codes: ReadonlySet<string>): ReadonlySet<string> {
  return new Set(diagnosisCatalogue.filter((entry) => entry.row !== '' && codes.has(entry.code)).map((entry) => entry.row));
}

/** Rows that no scenario reaches, and what the simulated cluster would have to do for them. */
export const UNREACHED: Readonly<Record<string, string>> = {
  22: 'instance managers are down on every node that could help, while the lost replica’s own node is well: needs a fourth node in the fault',
  24: 'hard affinity: no replica of a simulated volume is bound to a node',
  29: 'an expansion is over before a replica can be lost in it',
  31: 'retries end with a fresh replica beside the failed one: the fault mends itself before the fifth try',
  32: 'no disk fails two replicas of one volume one after the other',
  33: 'an ERR mode and the failure of its replica are written in one step',
  34: 'no v1 disk turns read-only',
  35: 'a replica that is due is created in the same step',
  44: 'an instance manager that is lost is in error, never unknown on a node that is well',
  46: 'every migration ends or fails in time',
  47: 'no migration leaves two engines',
  49: 'every expansion that begins succeeds',
  50: 'the initiator runs as soon as its engine does',
  52: 'volumes without one placed replica stay detached: nothing attaches them',
  53: 'instances that cannot start are in error, without the condition',
  54: 'v2 volumes have no backing images, and v1 ones have theirs at once',
  56: 'offline rebuilding yields at once to a VM that starts',
  58: 'initiators and engines always stop',
  59: 'no switchover of engines',
  61: 'clones that lose their source are tried again at once, without the state in between',
  68: 'a faulted volume is detached in the step that makes it so',
  73: 'no volume fails in its first attachment',
  79: 'a volume is provisioned before anyone can look',
  80: 'a deleted volume is gone at once',
  81: 'leftovers are read with a volume’s details, not for every verdict',
  83: 'no sharded volumes',
  85: 'no v2 volume is made from a backing image'
};
