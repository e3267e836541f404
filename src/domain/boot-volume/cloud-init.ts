import type { PlanProblem } from './types';

const HEADER = '#cloud-config';
/** KubeVirt refuses longer inline user data; it would need a Secret. */
const LIMIT = 2048;

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

  if (new TextEncoder().encode(composeUserData(userData, sshKey)).length > LIMIT) {
    problems.push({ field: 'user-data', code: 'user-data-too-long', params: { limit: LIMIT } });
  }

  return problems;
}
