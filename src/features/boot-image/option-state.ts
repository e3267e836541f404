import { engineOfClass, refuseClass } from '@/domain/boot-volume/classes';
import { unreadReason } from '@/domain/boot-volume/reading';
import { findBlocker } from '@/domain/boot-volume/readiness';
import type { BootClass, ReadinessCheck } from '@/domain/boot-volume/types';
import { KIND } from '@/domain/kube/kinds';
import type { ClusterView } from '@/domain/view';
import type { BootImageForm } from './contract';

/** Why the switch can't be turned. Words: `lhv2.boot.option.locked.<code>`; `blocked`: by the check. */
export type SwitchLock =
  | { readonly code: 'edit-on' | 'edit-off' | 'source' }
  | { readonly code: 'blocked'; readonly check: ReadinessCheck };

/** Whether what the form would post is a v2 boot volume. */
export function isOptionOn(view: ClusterView, form: BootImageForm): boolean {
  if (form.storageClassName === '' || form.backend === 'backingimage') {
    return false;
  }

  const record = view.get(KIND.storageClass, form.storageClassName);

  // A class that can't be read: the backend alone tells that it is not a v1 image.
  return record ? refuseClass(record) === null : form.backend === 'cdi' && unreadReason(view, KIND.storageClass) !== null;
}

/**
 * The form names a v2 class but would post the v1 backend: the server takes that and makes a v1 image, without a word.
 */
export function isMismatch(view: ClusterView, form: BootImageForm): boolean {
  const record = view.get(KIND.storageClass, form.storageClassName);

  return form.backend === 'backingimage' && record !== undefined && engineOfClass(record) === 'v2';
}

/** What keeps the switch from being turned, or null. Turning off is never refused while creating. */
export function findLock(form: BootImageForm, isOn: boolean, checks: readonly ReadinessCheck[]): SwitchLock | null {
  if (form.mode === 'edit') {
    return { code: isOn ? 'edit-on' : 'edit-off' };
  }

  if (form.sourceType === 'clone' || form.sourceType === 'restore') {
    return { code: 'source' };
  }

  const blocker = isOn ? null : findBlocker(checks);

  return blocker === null ? null : { code: 'blocked', check: blocker };
}

/** The class that switching on takes: the recommended one, else the first without a grave warning, else the first. */
export function pickClass(offered: readonly BootClass[]): BootClass | null {
  return offered.find(entry => entry.isRecommended) ?? offered.find(entry => !entry.warnings.includes('clone-unsupported')) ?? offered[0] ?? null;
}
