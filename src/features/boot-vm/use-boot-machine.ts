import { computed } from 'vue';
import { classifyStorageClass, listBootClasses } from '@/domain/boot-volume/classes';
import { forecastFit } from '@/domain/boot-volume/fit';
import { outlookMigration } from '@/domain/boot-volume/migration';
import { noteBootMachine } from '@/domain/boot-volume/notes';
import { checkReadiness } from '@/domain/boot-volume/readiness';
import { unreadReason } from '@/domain/boot-volume/reading';
import { isIsoImage } from '@/domain/harvester/image';
import { KIND } from '@/domain/kube/kinds';
import { GIB } from '@/domain/kube/sizes';
import { OPTION_KINDS } from '../boot-image/needs';
import { pickClass } from '../boot-image/option-state';
import { useFacts } from '../boot-image/use-facts';
import { useCluster } from '../use-cluster';
import { useNeeds } from '../volume-detail/use-needs';
import { kindOfImage, listImages } from './choices';
import type { BootMachineForm } from './contract';

/**
 * How the root disk gets to v2. `image`: follows its v2 image. `class`: another class than the image's, or the blank
 * disk of an ISO. `off`: it is not v2 now. `none`: nothing is chosen yet.
 */
export type BootPath = 'image' | 'class' | 'off' | 'none';

/** Everything the VM form's option shows, derived from the form and the cluster. Call in `setup`. */
export function useBootMachine(form: () => BootMachineForm) {
  const cluster = useCluster();
  const facts = useFacts(cluster);

  useNeeds(cluster.inventory, OPTION_KINDS);

  const view = computed(() => ({ at: cluster.inventory.version.value, now: cluster.inventory }));
  const classes = computed(() => listBootClasses(view.value.now));
  const classesUnread = computed(() => unreadReason(view.value.now, KIND.storageClass));
  const images = computed(() => listImages(view.value.now));
  const imagesUnread = computed(() => unreadReason(view.value.now, KIND.image));
  const image = computed(() => form().imageId === '' ? null : (void view.value.at, view.value.now.get(KIND.image, form().imageId) ?? null));
  const kind = computed(() => image.value === null ? null : kindOfImage(view.value.now, image.value));
  /** The root disk is blank: an ISO boots from a CD-ROM beside it. */
  const isBlank = computed(() => form().imageDevice === 'cdrom' || (image.value !== null && isIsoImage(image.value)));
  const ownClass = computed(() => image.value === null ? '' : image.value.storageClassName || image.value.targetStorageClassName);

  const formClass = computed(() => {
    const name = form().storageClassName || (isBlank.value ? '' : ownClass.value);
    const record = view.value.now.get(KIND.storageClass, name);

    return record ? classes.value.offered.find(entry => entry.name === name) ?? classifyStorageClass(view.value.now, record) : null;
  });
  const path = computed<BootPath>(() => {
    if (image.value === null && !isBlank.value) {
      return 'none';
    }
    if (formClass.value === null || formClass.value.refusal !== null || (kind.value === 'v1' && !isBlank.value)) {
      return 'off';
    }

    return !isBlank.value && formClass.value.name === ownClass.value ? 'image' : 'class';
  });
  const isOn = computed(() => path.value === 'image' || path.value === 'class');
  const judged = computed(() => isOn.value ? formClass.value : kind.value === 'v1' && !isBlank.value ? null : pickClass(classes.value.offered));
  const rootSize = computed(() => form().rootSize ?? 0);
  /** Bytes below which the disk can't hold the image; 0 when nothing sets a limit. */
  const minimum = computed(() => isBlank.value ? 0 : Math.ceil((image.value?.virtualSize ?? 0) / GIB) * GIB);
  const isTooSmall = computed(() => form().rootSize !== null && !isBlank.value && image.value?.virtualSize != null && rootSize.value < image.value.virtualSize);

  const checks = computed(() => checkReadiness(view.value.now, {
    purpose: 'machine', bootClass: judged.value, image: isBlank.value ? null : image.value, imageSize: null,
    machineSize: rootSize.value || GIB, instances: form().instances, facts: facts.value
  }));
  const forecast = computed(() => judged.value === null || rootSize.value <= 0 ? null : forecastFit(view.value.now, {
    bootClass: judged.value, imageSize: null, machineSize: rootSize.value, contentSize: isBlank.value ? 0 : image.value?.virtualSize ?? null, instances: form().instances
  }));
  const outlook = computed(() => judged.value === null ? null : outlookMigration(view.value.now, judged.value.isMigratable));
  const notes = computed(() => isOn.value && form().mode === 'create' ? noteBootMachine(view.value.now, {
    instances: form().instances, rootSize: rootSize.value, bootClass: formClass.value, imageClassName: isBlank.value ? '' : ownClass.value
  }) : []);

  return { cluster, classes, classesUnread, images, imagesUnread, image, kind, isBlank, ownClass, formClass, path, isOn, judged, minimum, isTooSmall, checks, forecast, outlook, notes, pick: () => pickClass(classes.value.offered) };
}
