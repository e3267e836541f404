import { describe, expect, it } from 'vitest';
import { KIND } from '@/domain/kube/kinds';
import { kubectlGet } from './kubectl';

describe('kubectlGet', () => {
  it('names the resource with its group, and the namespace where there is one', () => {
    expect(kubectlGet(KIND.volume, 'longhorn-system/pvc-1')).toBe('kubectl -n longhorn-system get volumes.longhorn.io pvc-1 -o yaml');
    expect(kubectlGet(KIND.node, 'node-1')).toBe('kubectl get nodes node-1 -o yaml');
    expect(kubectlGet(KIND.storageClass, 'v2')).toBe('kubectl get storageclasses.storage.k8s.io v2 -o yaml');
    expect(kubectlGet(KIND.virtualMachine, 'default/web')).toBe('kubectl -n default get virtualmachines.kubevirt.io web -o yaml');
  });

  it('only ever reads, and quotes what a shell would run', () => {
    expect(kubectlGet(KIND.volume, 'ns/$(reboot)')).toBe("kubectl -n ns get volumes.longhorn.io '$(reboot)' -o yaml");
    expect(kubectlGet(KIND.volume, "ns/a'b")).toBe("kubectl -n ns get volumes.longhorn.io 'a'\\''b' -o yaml");
    for (const kind of Object.values(KIND)) {
      expect(kubectlGet(kind, 'a/b')).toMatch(/^kubectl -n a get [\w.]+ b -o yaml$/);
    }
  });
});
