import { computed, reactive, ref, watch } from 'vue';
import type { ApiFailure } from '@/api/contract';
import { listBootClasses } from '@/domain/boot-volume/classes';
import { planBootMachine } from '@/domain/boot-volume/plan-machine';
import type { MachineChoice } from '@/domain/boot-volume/plan-machine';
import { unreadReason } from '@/domain/boot-volume/reading';
import { isIsoImage } from '@/domain/harvester/image';
import { KIND } from '@/domain/kube/kinds';
import { GIB } from '@/domain/kube/sizes';
import type { ClusterContext } from '@/stores/contract';
import type { Words } from '../boot-image/use-words';
import type { BootMachineForm } from './contract';
import { randomSuffix } from './random-suffix';

/** Smallest root disk Harvester's form proposes, GiB. */
const USUAL_DISK = 10;
/** Root disk of an ISO install that people usually take, GiB. */
const BLANK_DISK = 40;

/** What became of one VM of several. */
export interface CreatedMachine { readonly name: string; readonly isCreated: boolean; readonly message: string }

/** The fields of our own VM form, and what posting them means. */
export function useCreateMachine(cluster: ClusterContext, words: () => Words, imageId: string) {
  const form = reactive({
    namespace: imageId.split('/')[0] || 'default', name: '', cores: 2 as number | null, memory: 4 as number | null, imageId, className: '',
    disk: USUAL_DISK as number | null, instances: 1 as number | null, sshKey: '', userData: '', startsAtOnce: true
  });
  const isTried = ref(false);
  const isBusy = ref(false);
  const results = ref<readonly CreatedMachine[]>([]);

  /** Made by this form: a second try, after some failed, leaves these out and is not told that they exist. */
  const created = computed(() => new Set(results.value.filter(result => result.isCreated).map(result => result.name)));

  const view = computed(() => ({ at: cluster.inventory.version.value, now: cluster.inventory }));
  const image = computed(() => view.value.now.get(KIND.image, form.imageId) ?? null);
  const isBlank = computed(() => image.value !== null && isIsoImage(image.value));
  /** The class of the cluster's own choice for a blank disk while the option is off. */
  const defaultClass = computed(() => [...view.value.now.all(KIND.storageClass)].find(record => record.isDefault)?.meta.name ?? '');

  // The disk grows with the image, and never shrinks below what was typed.
  watch([() => image.value?.virtualSize ?? 0, isBlank], ([virtualSize, blank]) => {
    form.disk = Math.max(form.disk ?? 0, blank ? BLANK_DISK : Math.ceil(virtualSize / GIB));
  }, { immediate: true });
  watch(() => form.imageId, () => { form.className = ''; });

  const optionForm = computed<BootMachineForm>(() => ({
    mode: 'create', namespace: form.namespace, name: form.name, imageId: form.imageId, imageDevice: isBlank.value ? 'cdrom' : 'disk',
    storageClassName: form.className || (isBlank.value ? defaultClass.value : image.value?.storageClassName ?? ''),
    rootSize: form.disk === null ? null : form.disk * GIB, instances: form.instances ?? 1, canOverrideClass: true
  }));
  const choice = computed<MachineChoice>(() => ({
    namespace: form.namespace.trim(), name: form.name.trim(), instances: form.instances ?? 0, cores: form.cores ?? 0, memory: (form.memory ?? 0) * GIB,
    image: image.value, bootClass: listBootClasses(view.value.now).offered.find(entry => entry.name === form.className) ?? null, plainClassName: defaultClass.value,
    rootSize: (form.disk ?? 0) * GIB, sshKey: form.sshKey, userData: form.userData, startAfterCreate: form.startsAtOnce,
    takenNames: unreadReason(view.value.now, KIND.virtualMachine) === null
      ? [...view.value.now.all(KIND.virtualMachine)]
        .filter(machine => machine.meta.namespace === form.namespace && !created.value.has(machine.meta.name))
        .map(machine => machine.meta.name)
      : null
  }));
  const problems = computed(() => planBootMachine(choice.value, () => 'aaaaa').problems);

  function problemOf(field: string): string | undefined {
    const problem = isTried.value ? problems.value.find(entry => entry.field === field) : undefined;

    return problem && words().say(`problem.${problem.code}`, problem.params);
  }

  /** Posts every VM, one after the other; stops at none of them. Resolves to whether all were created. */
  async function create(): Promise<boolean> {
    isTried.value = true;
    const plan = planBootMachine(choice.value, randomSuffix);

    if (plan.machines.length === 0 || isBusy.value) {
      return false;
    }
    const done = created.value;

    isBusy.value = true;
    results.value = results.value.filter(result => result.isCreated);
    for (const { name, body } of plan.machines) {
      if (!done.has(name)) {
        results.value = [...results.value, await post(name, body)];
      }
    }
    isBusy.value = false;

    return results.value.every(result => result.isCreated);
  }

  async function post(name: string, body: Readonly<Record<string, unknown>>): Promise<CreatedMachine> {
    try {
      await cluster.api.create(KIND.virtualMachine, body);

      return { name, isCreated: true, message: '' };
    } catch (error) {
      return { name, isCreated: false, message: (error as ApiFailure).message };
    }
  }

  return { form, image, isBlank, isBusy, results, optionForm, problemOf, create };
}
