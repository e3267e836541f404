import { nextTick, onBeforeUnmount, watch, type Ref } from 'vue';

/**
 * Ties a native `<dialog>` to a flag: modal while it holds, the focus on its `[data-focus-first]` element, and given back
 * afterwards to what had it. `onClose` is called when the browser closes the dialog on its own account, and with
 * `closesOnBackdrop` on a click beside it (Esc is the keyboard's way).
 */
export function useModalDialog(dialog: Readonly<Ref<HTMLDialogElement | null>>, isOpen: () => boolean, onClose: () => void, options: { readonly closesOnBackdrop?: boolean } = {}): void {
  let opener: Element | null = null;

  function giveFocusBack(): void {
    if (opener instanceof HTMLElement && opener.isConnected) {
      opener.focus();
    }
    opener = null;
  }

  function onNativeClose(): void {
    if (isOpen()) {
      onClose();
    }
  }

  function onClick(event: MouseEvent): void {
    // The dialog's own padding is 0: a click whose target is the dialog itself fell on the backdrop.
    if (event.target === dialog.value) {
      onClose();
    }
  }

  watch([isOpen, dialog], async ([open]) => {
    const element = dialog.value;

    if (!element) {
      return;
    }
    if (open && !element.open) {
      opener = document.activeElement;
      await nextTick();
      if (!element.isConnected || element.open) {
        return;
      }
      element.showModal();
      element.querySelector<HTMLElement>('[data-focus-first]')?.focus();
      element.addEventListener('close', onNativeClose, { once: true });
      if (options.closesOnBackdrop) {
        element.addEventListener('click', onClick);
      }
    } else if (!open && element.open) {
      element.removeEventListener('close', onNativeClose);
      element.close();
      giveFocusBack();
    }
  }, { immediate: true, flush: 'post' });

  onBeforeUnmount(() => {
    if (dialog.value?.open) {
      dialog.value.removeEventListener('close', onNativeClose);
      dialog.value.close();
      giveFocusBack();
    }
  });
}
