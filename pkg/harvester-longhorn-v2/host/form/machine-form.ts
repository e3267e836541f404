import { shallowRef, type ComponentInternalInstance } from 'vue';
import { KIND } from '@/domain/kube/kinds';
import type { BootMachineClassChoice, BootMachineForm } from '@/features/boot-vm/contract';
import { overrideClaim, type ActionSource, type ClaimOverrideHandle } from './claim-override';
import { at, textAt, type Fields } from './fields';
import { diskRows, imageClass, imageDevice, imageRow, rootRow, rowSize, toGibibytes, withImage } from './machine-rows';
import { findForm, isFetched } from './parents';

/** Harvester's VM form, as far as the boot volume option reads and writes it. Reads are reactive. */
export interface MachineFormAdapter {
  isReady(): boolean;
  read(): BootMachineForm;
  chooseImage(imageId: string): void;
  chooseClass(choice: BootMachineClassChoice): void;
  /** Bytes; written as whole GiB. */
  resize(size: number): void;
  /** Takes every hook off the form again. */
  release(): void;
}

/** Replaces one row. Harvester's Volumes tab watches the array, so a new one is assigned and no row is edited in place. */
function replaceRow(form: Fields, old: Fields | undefined, row: Fields): void {
  const rows = diskRows(form);

  form.diskRows = old === undefined ? [...rows, row] : rows.map((candidate) => (candidate === old ? row : candidate));
}

function instancesOf(form: Fields): number {
  const count = Number(form.count);

  return form.isSingle === false && count >= 1 ? Math.floor(count) : 1;
}

/** A blank disk as Harvester's "Add Volume" makes it. */
const blankRow = (rows: readonly Fields[], newId: () => string): Fields => ({
  id: newId(), newCreateId: newId(), name: `disk-${String(rows.length)}`, source: 'New', size: '40Gi', type: 'disk', bus: 'virtio', volumeName: ''
});

function createAdapter(form: Fields, store: ActionSource | null, newId: () => string): MachineFormAdapter {
  const canOverride = typeof form.parseVolumeClaimTemplate === 'function';
  const chosen = shallowRef<{ readonly imageId: string; readonly storageClassName: string } | null>(null);
  let handle: ClaimOverrideHandle | null = null;
  /** Class of the blank disk before the option touched it. */
  let blankClass: string | null = null;

  /** The override counts only for the image it was chosen with: another image may not allow it. */
  const isOverridden = (row: unknown): boolean => {
    const root = rootRow(diskRows(form));

    return root !== undefined && textAt(row, 'id') === textAt(root, 'id') && textAt(root, 'image') === chosen.value?.imageId;
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
      const images: readonly unknown[] = Array.isArray(form.images) ? form.images : [];
      const row = imageRow(diskRows(form));

      if (row !== undefined) {
        replaceRow(form, row, withImage(row, images.find((candidate) => at(candidate, 'id') === imageId), imageId));
      }
      // Rows are rebuilt from this field when a template is dropped again.
      form.imageId = imageId;
    },
    chooseClass: (choice) => {
      const rows = diskRows(form);
      const root = rootRow(rows);

      if (imageDevice(rows) === 'cdrom') {
        blankClass ??= textAt(root, 'storageClassName');

        const storageClassName = choice.storageClassName ?? blankClass;
        const modes = { accessMode: choice.accessModes[0] ?? 'ReadWriteMany', volumeMode: choice.volumeMode };

        replaceRow(form, root, { ...(root ?? blankRow(rows, newId)), storageClassName, ...modes });

        return;
      }
      if (!canOverride) {
        return;
      }

      handle ??= overrideClaim(form, store, isOverridden);
      chosen.value = choice.storageClassName === null ? null : { imageId: textAt(imageRow(rows), 'image'), storageClassName: choice.storageClassName };
      handle.set(choice.storageClassName === null ? null : { storageClassName: choice.storageClassName, accessModes: choice.accessModes, volumeMode: choice.volumeMode });
    },
    resize: (size) => {
      const root = rootRow(diskRows(form));

      if (root !== undefined) {
        replaceRow(form, root, { ...root, size: toGibibytes(size) });
      }
    },
    release: () => {
      handle?.release();
      handle = null;
      chosen.value = null;
    }
  };
}

/**
 * Finds Harvester's VM form above a component. null when no ancestor has the expected shape (model, disk rows and the
 * method that turns them into the VM); then nothing may be written.
 *
 * @param newId makes ids for a row that has to be added (the form uses short random ones)
 */
export function findMachineForm(instance: ComponentInternalInstance | null, store: ActionSource | null, newId: () => string): MachineFormAdapter | null {
  const form = findForm(instance, KIND.virtualMachine);

  return form !== null && Array.isArray(form.diskRows) && typeof form.parseVM === 'function' ? createAdapter(form, store, newId) : null;
}
