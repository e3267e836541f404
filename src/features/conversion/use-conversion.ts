import { computed, ref, watch } from 'vue';
import type { ApiFailure } from '@/api/contract';
import { listBootClasses } from '@/domain/boot-volume/classes';
import { planExport, planReimport, planTemporaryClaim, readConversion, suggestConvertedName, wayOfConversion } from '@/domain/boot-volume/conversion';
import type { ConversionWay } from '@/domain/boot-volume/conversion';
import type { ImageRecord } from '@/domain/harvester/types';
import { KIND } from '@/domain/kube/kinds';
import { PIPELINE_KINDS } from '../boot-image/needs';
import { pickClass } from '../boot-image/option-state';
import { useCluster } from '../use-cluster';
import { useNeeds } from '../volume-detail/use-needs';

/**
 * Converts a v1 image into a v2 one, a step at a time as the cluster gets there. Where it stands is read from the
 * cluster, so a conversion that was begun elsewhere, or before a reload, is found and can go on. Call in `setup`.
 */
export function useConversion(image: () => ImageRecord, onDone: (imageId: string) => void) {
  const cluster = useCluster();
  const className = ref('');
  const way = ref<ConversionWay>(wayOfConversion(image()));
  const isRunning = ref(false);
  const isActing = ref(false);
  const failure = ref('');

  useNeeds(cluster.inventory, PIPELINE_KINDS);
  const view = computed(() => ({ at: cluster.inventory.version.value, now: cluster.inventory }));
  const classes = computed(() => listBootClasses(view.value.now).offered);
  const bootClass = computed(() => classes.value.find(entry => entry.name === className.value) ?? pickClass(classes.value));
  const conversion = computed(() => readConversion(view.value.now, image(), cluster.now.value, way.value));
  const takenNames = (): string[] => [...cluster.inventory.all(KIND.image)].filter(other => other.meta.namespace === image().meta.namespace).map(other => other.displayName);

  async function act(): Promise<void> {
    const { stage, claimId } = conversion.value;
    const target = bootClass.value;
    const name = suggestConvertedName(image(), takenNames());

    if (stage === 'idle' && conversion.value.way === 'reimport' && target !== null) {
      const { body } = planReimport(image(), target, name, takenNames());

      if (body !== null) {
        await cluster.api.create(KIND.image, body);
      }
    } else if (stage === 'idle') {
      await cluster.api.create(KIND.persistentVolumeClaim, planTemporaryClaim(image()));
    } else if (stage === 'export' && target !== null) {
      await cluster.api.action(KIND.persistentVolumeClaim, claimId, 'export', planExport(image(), target, name));
    } else if (stage === 'cleaning') {
      await cluster.api.remove(KIND.persistentVolumeClaim, claimId);
    }
  }

  async function advance(): Promise<void> {
    if (!isRunning.value || isActing.value || failure.value !== '') {
      return;
    }
    if (conversion.value.stage === 'done') {
      isRunning.value = false;
      onDone(conversion.value.targetId);

      return;
    }
    isActing.value = true;
    try {
      await act();
    } catch (error) {
      failure.value = (error as ApiFailure).message;
      isRunning.value = false;
    } finally {
      isActing.value = false;
    }
  }

  watch(() => conversion.value.stage, () => { void advance(); });

  function start(): void {
    failure.value = '';
    isRunning.value = true;
    void advance();
  }

  /** Takes back what was made so far: the unfinished image, then the temporary volume. */
  async function cancel(): Promise<void> {
    const { targetId, claimId, stage } = conversion.value;

    isRunning.value = false;
    failure.value = '';
    isActing.value = true;
    try {
      if (targetId !== '' && stage !== 'cleaning' && stage !== 'done') {
        await cluster.api.remove(KIND.image, targetId);
      }
      if (claimId !== '') {
        await cluster.api.remove(KIND.persistentVolumeClaim, claimId);
      }
    } catch (error) {
      failure.value = (error as ApiFailure).message;
    } finally {
      isActing.value = false;
    }
  }

  return { cluster, classes, bootClass, className, way, conversion, isRunning, isActing, failure, start, cancel };
}
