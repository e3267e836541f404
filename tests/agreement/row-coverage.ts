import { diagnosisCatalogue } from '@/domain/health/catalogue';

/** Rows of the decision table that the codes stand for. */
export function reachedRows(codes: ReadonlySet<string>): ReadonlySet<string> {
  return new Set(diagnosisCatalogue.filter((entry) => entry.row !== '' && codes.has(entry.code)).map((entry) => entry.row));
}

/** Rows that no scenario reaches, and what the simulated cluster would have to do for them. */
export const UNREACHED: Readonly<Record<string, string>> = {
  22: 'in the newest version no scenario takes the instance managers of all nodes that could help',
  24: 'no simulated replica is bound to one node',
  29: 'no scenario loses a replica while its volume grows',
  31: 'no scenario fails the rebuild of one replica five times',
  32: 'no scenario fails two replicas of one volume on one disk',
  33: 'nothing is looked at between an ERR mode and the failure of its replica',
  34: 'no v1 filesystem turns read-only',
  35: 'nothing is looked at between a replica being due and being made',
  44: 'no instance manager goes silent on a node that is well',
  46: 'no migration hangs for ten minutes',
  47: 'no migration leaves two engines',
  49: 'no expansion fails once it has begun',
  50: 'no initiator stays down while its engine runs',
  52: 'nothing attaches a volume without one placed replica',
  53: 'no replica reports that its instance cannot be created',
  54: 'no volume waits for its backing image',
  56: 'no VM starts while its volume is attached without frontend',
  58: 'no detachment hangs',
  59: 'no engine is moved to another node',
  61: 'nothing is looked at between a failed clone and its next try',
  68: 'nothing is looked at between the loss of the last replica and the detachment',
  69: 'nothing is looked at in the moment between the detachment of a faulted volume and its automatic salvage',
  73: 'no volume fails in its first attachment',
  79: 'nothing is looked at while a volume is provisioned',
  80: 'nothing is looked at while a volume is deleted',
  81: 'leftovers are read with the details of one volume, not for every verdict',
  83: 'no volume is sharded',
  85: 'no v2 volume is made from a backing image'
};

/** Those of them that a scenario does reach in a version that not every run looks at. */
export const OLDER_ONLY: ReadonlySet<string> = new Set(['22']);
