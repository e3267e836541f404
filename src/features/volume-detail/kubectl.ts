import type { Kind } from '@/domain/kube/kinds';
import { splitId } from '@/domain/kube/names';

/** Resource names as `kubectl get` takes them, where the plural is not the kind with an s. */
const PLURALS: Readonly<Partial<Record<Kind, string>>> = {
  'storage.k8s.io.storageclass': 'storageclasses.storage.k8s.io',
  'cdi.kubevirt.io.storageprofile': 'storageprofiles.cdi.kubevirt.io',
  node: 'nodes', persistentvolume: 'pv', persistentvolumeclaim: 'pvc', namespace: 'namespaces', event: 'events'
};

/** A kind as `kubectl` names it: `volumes.longhorn.io`. */
export function resource(kind: Kind): string {
  const known = PLURALS[kind];

  if (known) {
    return known;
  }
  const dot = kind.lastIndexOf('.');

  return dot < 0 ? `${kind}s` : `${kind.slice(dot + 1)}s.${kind.slice(0, dot)}`;
}

/** A word that no shell takes apart. */
function quote(word: string): string {
  return /^[\w.:/@%+=-]+$/.test(word) ? word : `'${word.replaceAll('\'', '\'\\\'\'')}'`;
}

/** A command that only reads: shows the object as it is now. */
export function kubectlGet(kind: Kind, id: string): string {
  const { namespace, name } = splitId(id);

  return `kubectl ${namespace ? `-n ${quote(namespace)} ` : ''}get ${resource(kind)} ${quote(name)} -o yaml`;
}
