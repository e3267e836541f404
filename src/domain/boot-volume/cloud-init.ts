import type { RawObject } from '../kube/types';
import type { PlanProblem } from './types';

const HEADER = '#cloud-config';
/** Kubernetes takes no larger secret (`MaxSecretSize`), bytes. */
const LIMIT = 2 ** 20;
const SECRET_LABEL = 'harvesterhci.io/cloud-init-template';

/** Cloud-init user data with the SSH key in it; '' when there is nothing to hand over. */
export function composeUserData(userData: string, sshKey: string): string {
  const text = userData.trimEnd();
  const key = sshKey.trim();

  if (key === '') {
    return text;
  }

  return `${text === '' ? HEADER : text}\nssh_authorized_keys:\n  - ${key}\n`;
}

/** What is wrong with user data and key, by field. */
export function checkUserData(userData: string, sshKey: string): PlanProblem[] {
  const problems: PlanProblem[] = [];
  const text = userData.trim();
  const key = sshKey.trim();

  if (key !== '' && !/^(?:ssh-|ecdsa-|sk-)[a-z0-9@.-]+ [A-Za-z0-9+/]+=*(?: .*)?$/.test(key)) {
    problems.push({ field: 'ssh-key', code: 'ssh-key-invalid', params: {} });
  }

  if (key !== '' && text !== '' && (!text.startsWith(HEADER) || /^ssh_authorized_keys:/m.test(text))) {
    problems.push({ field: 'ssh-key', code: 'ssh-key-not-mergeable', params: {} });
  }

  if (encode(composeUserData(userData, sshKey)).length > LIMIT) {
    problems.push({ field: 'user-data', code: 'user-data-too-long', params: { limitBytes: LIMIT } });
  }

  return problems;
}

/** Who the secret belongs to: it goes when the VM goes. */
export interface SecretOwner { readonly name: string; readonly uid: string }

/**
 * The secret with a VM's user data, as Harvester's own form writes it: posted after the VM, so that the VM can own it
 * (harvester-ui-extension `mixins/harvester-vm`, `saveSecret`). The VM's first start waits for it. User data may hold
 * passwords, and inline it could be read by whoever may read the VM; KubeVirt also refuses more than 2,048 bytes there.
 */
export function planCloudInitSecret(namespace: string, secretName: string, userData: string, owner: SecretOwner): RawObject {
  return {
    type: 'secret',
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      namespace,
      name: secretName,
      labels: { [SECRET_LABEL]: 'harvester' },
      ownerReferences: [{ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', name: owner.name, uid: owner.uid }]
    },
    data: { userdata: toBase64(userData), networkdata: '' }
  };
}

/** The volume and the disk through which the guest reads the secret. */
export function cloudInitVolume(secretName: string): RawObject {
  return { name: 'cloudinitdisk', cloudInitNoCloud: { secretRef: { name: secretName }, networkDataSecretRef: { name: secretName } } };
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function toBase64(text: string): string {
  return btoa(Array.from(encode(text), byte => String.fromCharCode(byte)).join(''));
}
