import { computed, reactive, ref, watch } from 'vue';
import type { ApiFailure } from '@/api/contract';
import { listBootClasses } from '@/domain/boot-volume/classes';
import { planCloudInitSecret } from '@/domain/boot-volume/cloud-init';
import type { SecretOwner } from '@/domain/boot-volume/cloud-init';
import { planBootMachine } from '@/domain/boot-volume/plan-machine';
import type { MachineChoice, PlannedMachine } from '@/domain/boot-volume/plan-machine';
import { unreadReason } from '@/domain/boot-volume/reading';
import { isIsoImage } from '@/domain/harvester/image';
import { KIND } from '@/domain/kube/kinds';
import { parseMeta } from '@/domain/kube/metadata';
import { GIB } from '@/domain/kube/sizes';
import type { ClusterContext } from '@/stores/contract';
import type { Words } from '../boot-image/use-words';
import { useDraft } from '../drafts/use-draft';
import type { BootMachineForm } from './contract';
import { randomSuffix } from './random-suffix';

/** Smallest root disk Harvester's form proposes, GiB. */
const USUAL_DISK = 10;
/** Root disk of an ISO install that people usually take, GiB. */
const BLANK_DISK = 40;

/** What became of one VM of several. `lacksSecret`: it exists, but not its user data, and its start waits for that. */
export interface CreatedMachine { readonly name: string; readonly isCreated: boolean; readonly lacksSecret: boolean; readonly message: string }

/** A blank v2 disk beside the root disk; size in GiB. */
export interface ExtraDiskForm { className: string; size: number | null }

/** The fields of our own VM form, and what posting them means. */
export function useCreateMachine(cluster: ClusterContext, words: () => Words, imageId: string) {
  const form = reactive({
    namespace: imageId.split('/')[0] || 'default', name: '', cores: 2 as number | null, memory: 4 as number | null, imageId, className: '',
    disk: USUAL_DISK as number | null, instances: 1 as number | null, extraDisks: [] as ExtraDiskForm[],
    sshKey: '', userData: '', startsAtOnce: true
  });
  // User data may hold passwords: it is kept in memory only.
  const draft = useDraft(`${cluster.clusterId}/machine`, form, {
    durable: ['namespace', 'name', 'cores', 'memory', 'imageId', 'className', 'disk', 'instances', 'extraDisks', 'startsAtOnce'],
    isWorthKeeping: ({ name, sshKey, userData, extraDisks }) => `${name}${sshKey}${userData}` !== '' || extraDisks.length > 0
  });

  // A link to this form names the image it is about.
  if (imageId !== '' && form.imageId !== imageId) {
    form.imageId = imageId;
    form.className = '';
  }
  const isTried = ref(false);
  const isBusy = ref(false);
  const results = ref<readonly CreatedMachine[]>([]);

  /** Made by this form: a second try, after some failed, leaves these out and is not told that they exist. */
  const created = computed(() => new Set(results.value.filter(result => result.isCreated || result.lacksSecret).map(result => result.name)));
  /** VMs whose secret could not be posted, with its name. */
  const lacking = new Map<string, { readonly secretName: string; readonly owner: SecretOwner }>();

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
  const offered = computed(() => listBootClasses(view.value.now).offered);
  const choice = computed<MachineChoice>(() => ({
    namespace: form.namespace.trim(), name: form.name.trim(), instances: form.instances ?? 0, cores: form.cores ?? 0, memory: (form.memory ?? 0) * GIB,
    image: image.value, bootClass: offered.value.find(entry => entry.name === form.className) ?? null, plainClassName: defaultClass.value,
    rootSize: (form.disk ?? 0) * GIB,
    extraDisks: form.extraDisks.map(disk => ({ bootClass: offered.value.find(entry => entry.name === disk.className) ?? null, size: (disk.size ?? 0) * GIB })),
    sshKey: form.sshKey, userData: form.userData, startAfterCreate: form.startsAtOnce,
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
    const done = new Set(results.value.filter(result => result.isCreated).map(result => result.name));

    isBusy.value = true;
    results.value = results.value.filter(result => result.isCreated || result.lacksSecret);
    for (const machine of plan.machines) {
      if (!done.has(machine.name)) {
        const result = await post(machine);

        results.value = [...results.value.filter(entry => entry.name !== result.name), result];
      }
    }
    isBusy.value = false;

    return results.value.every(result => result.isCreated);
  }

  /** Posts a VM, then its secret; a VM that is there already without its secret gets that alone. */
  async function post({ name, body, cloudInit }: PlannedMachine): Promise<CreatedMachine> {
    try {
      if (!lacking.has(name)) {
        const { uid } = parseMeta(await cluster.api.create(KIND.virtualMachine, body));

        if (cloudInit !== null) {
          lacking.set(name, { secretName: cloudInit.secretName, owner: { name, uid } });
        }
      }
      const wanted = lacking.get(name);

      if (wanted !== undefined) {
        await cluster.api.create(KIND.secret, planCloudInitSecret(form.namespace.trim(), wanted.secretName, cloudInit?.userData ?? '', wanted.owner));
        lacking.delete(name);
      }

      return { name, isCreated: true, lacksSecret: false, message: '' };
    } catch (error) {
      return { name, isCreated: false, lacksSecret: lacking.has(name), message: (error as ApiFailure).message };
    }
  }

  function startOver(): void {
    isTried.value = false;
    results.value = [];
    draft.startOver();
  }

  return { form, draft, offered, image, isBlank, isBusy, results, optionForm, problemOf, create, startOver };
}
