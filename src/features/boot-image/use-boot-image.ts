import { computed, ref } from 'vue';
import { classifyStorageClass, listBootClasses } from '@/domain/boot-volume/classes';
import { forecastFit } from '@/domain/boot-volume/fit';
import { noteBootImage } from '@/domain/boot-volume/notes';
import { checkReadiness } from '@/domain/boot-volume/readiness';
import { unreadReason } from '@/domain/boot-volume/reading';
import { KIND } from '@/domain/kube/kinds';
import { GIB } from '@/domain/kube/sizes';
import { useCluster } from '../use-cluster';
import { useNeeds } from '../volume-detail/use-needs';
import type { BootImageForm } from './contract';
import { OPTION_KINDS } from './needs';
import { findLock, isMismatch, isOptionOn, pickClass } from './option-state';
import { useFacts } from './use-facts';

/** VMs people usually make of an image; the forecast starts from it and can be changed. */
const USUAL_MACHINE = 40;

/** Everything the option shows, derived from the form and the cluster. Call in `setup`. */
export function useBootImage(form: () => BootImageForm) {
  const cluster = useCluster();
  const facts = useFacts(cluster);
  /** GiB of one VM in the forecast. */
  const machineGiB = ref<number | null>(USUAL_MACHINE);

  useNeeds(cluster.inventory, OPTION_KINDS);

  /** The view, as of the inventory's present version. */
  const view = computed(() => ({ at: cluster.inventory.version.value, now: cluster.inventory }));
  const classes = computed(() => listBootClasses(view.value.now));
  const classesUnread = computed(() => unreadReason(view.value.now, KIND.storageClass));
  const isOn = computed(() => isOptionOn(view.value.now, form()));
  const chosen = computed(() => {
    const name = form().storageClassName;
    const record = isOn.value ? view.value.now.get(KIND.storageClass, name) : undefined;

    return classes.value.offered.find(entry => entry.name === name) ?? (record ? classifyStorageClass(view.value.now, record) : null);
  });
  /** The class that the figures speak of: the chosen one, or the one that switching on would take. */
  const judged = computed(() => chosen.value ?? pickClass(classes.value.offered));
  const imageSize = computed(() => form().mode === 'edit' ? null : form().virtualSize);
  const machineSize = computed(() => Math.max((machineGiB.value ?? USUAL_MACHINE) * GIB, form().virtualSize ?? 0));

  const checks = computed(() => checkReadiness(view.value.now, {
    purpose: 'image', bootClass: judged.value, image: null, imageSize: imageSize.value, machineSize: machineSize.value, instances: 1, facts: facts.value
  }));
  const lock = computed(() => findLock(form(), isOn.value, checks.value));
  const forecast = computed(() => judged.value === null ? null : forecastFit(view.value.now, {
    bootClass: judged.value, imageSize: imageSize.value, machineSize: machineSize.value, contentSize: form().virtualSize, instances: 1
  }));
  const notes = computed(() => isOn.value && form().mode === 'create' ? noteBootImage(view.value.now, form()) : []);
  const hasMismatch = computed(() => isMismatch(view.value.now, form()));

  return {
    cluster, facts, machineGiB, classes, classesUnread, isOn, chosen, judged, imageSize, machineSize, checks, lock, forecast, notes, hasMismatch,
    pick: () => pickClass(classes.value.offered)
  };
}
