import { computed, reactive, ref, watch } from 'vue';
import type { ApiFailure } from '@/api/contract';
import { assumeBootClass, listBootClasses } from '@/domain/boot-volume/classes';
import { planBootImage, suggestImageName } from '@/domain/boot-volume/plan-image';
import type { ImageChoice } from '@/domain/boot-volume/plan-image';
import { unreadReason } from '@/domain/boot-volume/reading';
import { KIND } from '@/domain/kube/kinds';
import { parseMeta } from '@/domain/kube/metadata';
import type { ClusterContext } from '@/stores/contract';
import { useDraft } from '../drafts/use-draft';
import type { BootImageChoice, BootImageForm } from './contract';
import { readVirtualSize } from './qcow2';
import type { Words } from './use-words';

/** The fields of our own image form, and what posting them means. Errors show once Create was tried. */
export function useCreateImage(cluster: ClusterContext, words: () => Words) {
  const form = reactive({ namespace: 'default', name: '', description: '', source: 'download' as 'download' | 'upload', url: '', checksum: '', className: '' });
  // A URL may carry a token: it is kept in memory only.
  const draft = useDraft(`${cluster.clusterId}/image`, form, {
    durable: ['namespace', 'name', 'description', 'source', 'checksum', 'className'],
    isWorthKeeping: ({ name, description, url }) => `${name}${description}${url}` !== ''
  });
  const file = ref<File | null>(null);
  const virtualSize = ref<number | null>(null);
  /** A name that is not the address's own was typed. */
  const hasTypedName = ref(form.name !== '' && form.name !== suggestImageName(form.url));
  const isTried = ref(false);
  const isBusy = ref(false);
  const failure = ref('');

  watch([() => form.url, file, () => form.source], () => {
    if (!hasTypedName.value) {
      form.name = suggestImageName(form.source === 'download' ? form.url : file.value?.name ?? '');
    }
  });
  watch(file, async picked => {
    virtualSize.value = null;
    const size = picked === null ? null : await readVirtualSize(picked);

    if (file.value === picked) {
      virtualSize.value = size;
    }
  });

  const optionForm = computed<BootImageForm>(() => ({
    mode: 'create', namespace: form.namespace, sourceType: form.source, url: form.url, displayName: form.name,
    fileName: form.source === 'upload' ? file.value?.name ?? '' : '', fileSize: file.value?.size ?? null, checksum: form.checksum,
    storageClassName: form.className, backend: form.className === '' ? 'unknown' : 'cdi',
    virtualSize: form.source === 'upload' ? virtualSize.value : null, isBehindRancher: cluster.api.base.includes('/k8s/clusters/')
  }));

  const choice = computed<ImageChoice>(() => {
    const view = (void cluster.inventory.version.value, cluster.inventory);
    const found = listBootClasses(view).offered.find(entry => entry.name === form.className) ??
      (form.className !== '' && unreadReason(view, KIND.storageClass) !== null ? assumeBootClass(form.className) : null);
    const canSeeImages = unreadReason(view, KIND.image) === null;

    return {
      namespace: form.namespace.trim(), displayName: form.name.trim(), description: form.description.trim(), osType: '',
      source: form.source === 'download'
        ? { type: 'download', url: form.url, checksum: form.checksum }
        : { type: 'upload', fileName: file.value?.name ?? '', fileSize: file.value?.size ?? null },
      target: form.className === '' ? { type: 'plain', storageClass: null } : { type: 'boot-volume', bootClass: found },
      takenNames: canSeeImages ? [...view.all(KIND.image)].filter(image => image.meta.namespace === form.namespace).map(image => image.displayName) : null
    };
  });
  const plan = computed(() => planBootImage(choice.value));

  function problemOf(field: string): string | undefined {
    const problem = isTried.value ? plan.value.problems.find(entry => entry.field === field) : undefined;

    return problem && words().say(`problem.${problem.code}`, problem.params);
  }

  /** Posts the image; resolves to its id, or null when something stands against it (said beside the fields). */
  async function create(): Promise<string | null> {
    isTried.value = true;
    failure.value = '';
    if (plan.value.body === null || isBusy.value) {
      return null;
    }
    isBusy.value = true;
    try {
      const { id } = parseMeta(await cluster.api.create(KIND.image, plan.value.body));

      // What is typed now has its image: nothing stands against it any more, its own name least of all.
      isTried.value = false;

      return id;
    } catch (error) {
      failure.value = (error as ApiFailure).message;

      return null;
    } finally {
      isBusy.value = false;
    }
  }

  return {
    form, draft, file, hasTypedName, isBusy, failure, optionForm, plan, problemOf, create,
    chooseClass: (picked: BootImageChoice) => { form.className = picked.storageClassName ?? ''; }
  };
}
