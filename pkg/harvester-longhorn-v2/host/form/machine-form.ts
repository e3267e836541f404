import { effectScope, shallowRef, watch, type ComponentInternalInstance } from 'vue';
import { KIND } from '@/domain/kube/kinds';
import type { BootMachineClassChoice, BootMachineForm } from '@/features/boot-vm/contract';
import { createBlankDisk } from './blank-disk';
import { overrideClaim, type ActionSource, type ClaimOverrideHandle } from './claim-override';
import { at, textAt, type Fields } from './fields';
import { diskRows, imageClass, imageDevice, imageRow, rootRow, rowSize, withImage, withSize } from './machine-rows';
import { findForm, isFetched } from './parents';
import { createPerForm } from './per-form';

/** Harvester's VM form, as far as the boot volume option reads and writes it. Reads are reactive. */
export interface MachineFormAdapter {
  isReady(): boolean;
  read(): BootMachineForm;
  /** Takes effect once Harvester's form knows the image as ready: it would empty the field of one that it does not know yet. */
  chooseImage(imageId: string): void;
  /** @param fallback class for a blank disk that is kept when the option is switched off and that had none before */
  chooseClass(choice: BootMachineClassChoice, fallback?: string): void;
  /** Bytes; written as whole GiB. */
  resize(size: number): void;
  /** Takes every hook off the form again. */
  release(): void;
}

/** Replaces one row. Harvester's Volumes tab watches the array, so a new one is assigned and no row is edited in place. */
function replaceRow(form: Fields, old: Fields, row: Fields): void {
  form.diskRows = diskRows(form).map((candidate) => (candidate === old ? row : candidate));
}

function instancesOf(form: Fields): number {
  const count = Number(form.count);

  return form.isSingle === false && count >= 1 ? Math.floor(count) : 1;
}

/** The image among those that the form offers; undefined while it is not there, or not ready there. */
function offeredImage(form: Fields, imageId: string): unknown {
  const images: readonly unknown[] = Array.isArray(form.images) ? form.images : [];

  return images.find((image) => at(image, 'id') === imageId && at(image, 'isReady') !== false);
}

function putImage(form: Fields, image: unknown, imageId: string): void {
  const row = imageRow(diskRows(form));

  if (row !== undefined) {
    replaceRow(form, row, withImage(row, image, imageId));
  }
  // Rows are rebuilt from this field when a template is dropped again.
  form.imageId = imageId;
}

function createAdapter(form: Fields, store: ActionSource | null, newId: () => string): MachineFormAdapter {
  const canOverride = typeof form.parseVolumeClaimTemplate === 'function';
  const blank = createBlankDisk(newId);
  const chosen = shallowRef<{ readonly imageId: string; readonly storageClassName: string } | null>(null);
  let handle: ClaimOverrideHandle | null = null;
  const wanted = shallowRef('');
  /** Of the form, not of the tab that happened to be the first to look for it. */
  const scope = effectScope(true);

  scope.run(() => {
    watch(() => (wanted.value === '' ? undefined : offeredImage(form, wanted.value)), (image) => {
      if (image !== undefined) {
        putImage(form, image, wanted.value);
      }
    }, { flush: 'sync' });
    // Done, or overtaken by a choice in Harvester's own tab.
    watch(() => textAt(imageRow(diskRows(form)), 'image'), () => { wanted.value = ''; }, { flush: 'sync' });
  });

  /** The override counts only for what it was chosen for: another image, or a class picked by hand, may not allow it. */
  const isOverridden = (row: unknown): boolean => {
    const root = rootRow(diskRows(form));

    return root !== undefined && textAt(row, 'id') === textAt(root, 'id')
      && (chosen.value === null ? blank.isOn(root) : textAt(root, 'image') === chosen.value.imageId);
  };

  const override = ({ storageClassName, accessModes, volumeMode }: BootMachineClassChoice): void => {
    if (canOverride) {
      handle ??= overrideClaim(form, store, isOverridden);
      handle.set(storageClassName === null ? null : { storageClassName, accessModes, volumeMode });
    }
  };

  return {
    isReady: () => isFetched(form) && diskRows(form).length > 0,
    read: () => {
      const rows = diskRows(form);
      const imageId = textAt(imageRow(rows), 'image');
      const root = rootRow(rows);
      const device = imageDevice(rows);
      const derived = chosen.value?.imageId === imageId ? chosen.value.storageClassName : imageClass(form, imageId);

      return {
        mode: form.isEdit === true ? 'edit' : 'create',
        namespace: textAt(form, 'value', 'metadata', 'namespace'),
        name: textAt(form, 'value', 'metadata', 'name'),
        imageId,
        imageDevice: device,
        storageClassName: device === 'cdrom' ? textAt(root, 'storageClassName') : derived,
        rootSize: rowSize(root),
        instances: instancesOf(form),
        canOverrideClass: canOverride
      };
    },
    chooseImage: (imageId) => {
      if (imageId !== textAt(imageRow(diskRows(form)), 'image')) {
        wanted.value = imageId;
      }
    },
    chooseClass: (choice, fallback = '') => {
      const rows = diskRows(form);
      const { storageClassName, accessModes, volumeMode } = choice;

      if (imageDevice(rows) === 'disk' && !canOverride) {
        return;
      }
      if (imageDevice(rows) === 'disk') {
        chosen.value = storageClassName === null ? null : { imageId: textAt(imageRow(rows), 'image'), storageClassName };
        override(choice);

        return;
      }

      chosen.value = null;
      // Harvester's volume field writes its own access mode into the row, whatever the class: the claim is set right as well.
      override(choice);
      form.diskRows = storageClassName === null
        ? blank.undo(rows, fallback)
        : blank.put(rows, rootRow(rows), { storageClassName, accessMode: accessModes[0] ?? 'ReadWriteMany', volumeMode });
    },
    resize: (size) => {
      const root = rootRow(diskRows(form));

      if (root !== undefined) {
        replaceRow(form, root, withSize(root, size));
      }
    },
    release: () => {
      scope.stop();
      handle?.release();
      handle = null;
      chosen.value = null;
    }
  };
}

const perForm = createPerForm<MachineFormAdapter>((adapter) => { adapter.release(); });

/**
 * Finds Harvester's VM form above a component. null when no ancestor has the expected shape (model, disk rows and the
 * method that turns them into the VM); then nothing may be written. What is chosen holds until the form is gone.
 *
 * @param newId makes ids for a row that has to be added (the form uses short random ones)
 */
export function findMachineForm(instance: ComponentInternalInstance | null, store: ActionSource | null, newId: () => string): MachineFormAdapter | null {
  const form = findForm(instance, KIND.virtualMachine);

  return form !== null && Array.isArray(form.diskRows) && typeof form.parseVM === 'function'
    ? perForm(form, () => createAdapter(form, store, newId))
    : null;
}
