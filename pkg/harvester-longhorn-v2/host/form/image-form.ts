import type { ComponentInternalInstance } from 'vue';
import type { ImageBackend, ImageSource } from '@/domain/harvester/types';
import type { BootImageForm } from '@/features/boot-image/contract';
import { KIND } from '@/domain/kube/kinds';
import { at, ensureAt, isFields, numberAt, textAt, type Fields } from './fields';
import { findForm, findModel, isFetched } from './parents';
import { createPerForm } from './per-form';

const CLASS_ANNOTATION = 'harvesterhci.io/storageClassName';
const SOURCES: readonly ImageSource[] = ['download', 'upload', 'export-from-volume', 'restore', 'clone'];

/** Harvester's image form, as far as the boot volume option reads and writes it. Reads are reactive. */
export interface ImageFormAdapter {
  /** False while Harvester's form still loads its classes: a write would be lost, or trip over its own watcher. */
  isReady(): boolean;
  read(isBehindRancher: boolean): BootImageForm;
  /** Keeps the present class as the one to return to. Call it whenever the form shows a class that is not v2. */
  remember(): void;
  /** Puts the class into annotation, target class and backend. */
  choose(storageClassName: string): void;
  /** Puts back what was remembered, else `fallback`, else the class Harvester's form starts with. */
  undo(fallback: string): void;
}

interface Snapshot {
  readonly annotation: unknown;
  readonly target: unknown;
  readonly backend: unknown;
}

function snapshot(model: Fields): Snapshot {
  return { annotation: at(model, 'metadata', 'annotations', CLASS_ANNOTATION), target: at(model, 'spec', 'targetStorageClassName'), backend: at(model, 'spec', 'backend') };
}

function put(target: Fields, key: string, value: unknown): void {
  if (value === undefined) {
    delete target[key];
  } else {
    target[key] = value;
  }
}

/** Writes the three fields that must agree; absent ones are removed, so that a restored model posts the same bytes. */
function restore(model: Fields, state: Snapshot): void {
  put(ensureAt(model, 'metadata', 'annotations'), CLASS_ANNOTATION, state.annotation);
  put(ensureAt(model, 'spec'), 'targetStorageClassName', state.target);
  put(ensureAt(model, 'spec'), 'backend', state.backend);
}

const currentClass = (model: Fields): string => textAt(model, 'metadata', 'annotations', CLASS_ANNOTATION) || textAt(model, 'spec', 'targetStorageClassName');

function backendOf(model: Fields): ImageBackend {
  const backend = textAt(model, 'spec', 'backend');

  return backend === 'cdi' || backend === 'backingimage' ? backend : 'unknown';
}

function sourceOf(model: Fields): ImageSource {
  const source = textAt(model, 'spec', 'sourceType');

  return SOURCES.find((known) => known === source) ?? 'unknown';
}

/** Class to fall back to when the option is switched off and nothing was remembered. */
function defaultClass(form: Fields | null): string {
  const name: unknown = typeof form?.defaultStorageClassName === 'function' ? (form.defaultStorageClassName as () => unknown)() : '';

  return typeof name === 'string' ? name : '';
}

function createAdapter(form: Fields | null, model: () => Fields): ImageFormAdapter {
  let remembered: Snapshot | null = null;

  /** Harvester's own setter, so that its Storage tab and its watcher follow. */
  const assign = (name: unknown): void => {
    if (form !== null && 'storageClassName' in form) {
      form.storageClassName = name;
    }
  };

  return {
    isReady: () => form === null || isFetched(form),
    read: (isBehindRancher) => {
      const value = model();
      const file = form?.file;

      return {
        mode: form?.isEdit === true || textAt(value, 'metadata', 'uid') !== '' ? 'edit' : 'create',
        namespace: textAt(value, 'metadata', 'namespace'),
        sourceType: sourceOf(value),
        url: textAt(value, 'spec', 'url'),
        displayName: textAt(value, 'spec', 'displayName'),
        fileName: textAt(file, 'name'),
        fileSize: numberAt(file, 'size'),
        checksum: textAt(value, 'spec', 'checksum'),
        storageClassName: currentClass(value),
        backend: backendOf(value),
        virtualSize: numberAt(value, 'status', 'virtualSize'),
        isBehindRancher
      };
    },
    remember: () => { remembered = snapshot(model()); },
    choose: (name) => {
      assign(name);
      restore(model(), { annotation: name, target: name, backend: 'cdi' });
    },
    undo: (fallback) => {
      if (remembered !== null) {
        assign(remembered.annotation);
        restore(model(), remembered);

        return;
      }

      const name = fallback === '' ? defaultClass(form) : fallback;

      assign(name);
      // Harvester's watcher fills the backend in; without the form the server derives it from the class.
      restore(model(), { annotation: name, target: name, backend: form === null ? undefined : at(model(), 'spec', 'backend') });
    }
  };
}

const perForm = createPerForm<ImageFormAdapter>();

/**
 * Finds Harvester's image form above a component: the form itself, or at least the model that it edits.
 * null when neither has the expected shape; then nothing may be written.
 */
export function findImageForm(instance: ComponentInternalInstance | null): ImageFormAdapter | null {
  const form = findForm(instance, KIND.image);

  if (form !== null) {
    return perForm(form, () => createAdapter(form, () => (isFields(form.value) ? form.value : {})));
  }

  const model = findModel(instance, KIND.image);

  return model === null ? null : perForm(model, () => createAdapter(null, () => model));
}
