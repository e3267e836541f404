import { backupRules } from './backup';
import { blockDeviceRules } from './block-device';
import { claimRules, dataVolumeRules } from './claim';
import { imageRules } from './image';
import { longhornRules } from './longhorn';
import { kubernetesRules } from './kubernetes';
import { type AdmissionRequest, type Rules, toStoreError } from './request';
import { settingRules } from './setting';
import { storageClassRules } from './storage-class';
import { upgradeRules } from './upgrade';
import { virtualMachineRules } from './virtual-machine';

const byType = new Map<string, Rules[]>();
for (const rules of [...kubernetesRules, imageRules, storageClassRules, claimRules, dataVolumeRules, virtualMachineRules, ...backupRules, ...settingRules, ...longhornRules, upgradeRules, blockDeviceRules]) {
  byType.set(rules.typeId, [...(byType.get(rules.typeId) ?? []), rules]);
}

/** Runs mutators, then validators, as the API server calls its webhooks. Throws StoreError with the webhook's name in front. */
export function admit(request: AdmissionRequest): void {
  const rules = byType.get(request.type.id) ?? [];
  if (request.operation !== 'DELETE') {
    for (const rule of rules) run(() => rule.mutate?.(request), rule.webhook?.replace('validator.', 'mutator.'));
  }
  for (const rule of rules) run(() => rule.validate?.(request), rule.webhook);
}

function run(step: () => void, webhook: string | undefined): void {
  try {
    step();
  } catch (error) {
    throw toStoreError(error, webhook);
  }
}
