import { at, ensureAt, isFields, textAt, type Fields } from './fields';

const TEMPLATES_ANNOTATION = 'harvesterhci.io/volumeClaimTemplates';
const MACHINE = 'kubevirt.io.virtualmachine';

/** What the claim of the root disk must say instead of what the form derives from the image. */
export interface ClaimOverride {
  readonly storageClassName: string;
  readonly accessModes: readonly string[];
  readonly volumeMode: 'Block';
}

/** Vuex, as far as the safety net needs it. */
export interface ActionSource {
  subscribeAction(subscriber: { before(action: { readonly type: string; readonly payload?: unknown }): void }): () => void;
}

export interface ClaimOverrideHandle {
  set(override: ClaimOverride | null): void;
  /** Undoes everything: the form is as it was before. */
  release(): void;
}

function apply(claim: Fields, override: ClaimOverride): void {
  const spec = ensureAt(claim, 'spec');

  spec.storageClassName = override.storageClassName;
  spec.accessModes = [...override.accessModes];
  spec.volumeMode = override.volumeMode;
}

/** The templates in a VM that is about to be posted, or null when there is nothing to read. */
function templatesOf(data: unknown): Fields[] | null {
  const text = textAt(data, 'metadata', 'annotations', TEMPLATES_ANNOTATION);

  if (text === '') {
    return null;
  }
  try {
    const parsed: unknown = JSON.parse(text);

    return Array.isArray(parsed) ? parsed.filter(isFields) : null;
  } catch {
    return null;
  }
}

/** True for the request that creates a VM from an object (the YAML tab posts text, which the person may have edited). */
function isMachineCreate(payload: unknown): boolean {
  const option = at(payload, 'opt') ?? payload;
  const method = textAt(option, 'method').toLowerCase();

  return textAt(payload, 'type') === MACHINE && (method === '' || method === 'post') && isFields(at(option, 'data'));
}

/**
 * Makes Harvester's VM form write another class into the claim template of one disk. The form's own method is wrapped
 * (it serves one VM, several, and the YAML tab alike); a look at the posted request makes sure that it took effect.
 *
 * @param isRoot says which of the form's rows the override is for, at the time of the call
 */
export function overrideClaim(form: Fields, store: ActionSource | null, isRoot: (row: unknown) => boolean): ClaimOverrideHandle {
  const original = form.parseVolumeClaimTemplate as (...args: unknown[]) => unknown;
  const claims = new Set<string>();
  let override: ClaimOverride | null = null;

  form.parseVolumeClaimTemplate = (...args: unknown[]): unknown => {
    const claim = original(...args);

    if (override !== null && isFields(claim) && isRoot(args[0])) {
      apply(claim, override);
      claims.add(textAt(claim, 'metadata', 'name'));
    }

    return claim;
  };

  const unsubscribe = store?.subscribeAction({
    before: (action) => {
      const payload = action.payload;

      if (override === null || action.type !== 'harvester/request' || !isMachineCreate(payload)) {
        return;
      }

      const data = at(payload, 'opt', 'data') ?? at(payload, 'data');
      const templates = templatesOf(data);
      const strays = (templates ?? []).filter((claim) => claims.has(textAt(claim, 'metadata', 'name')) && textAt(claim, 'spec', 'storageClassName') !== override?.storageClassName);

      if (templates !== null && strays.length > 0 && isFields(data)) {
        for (const claim of strays) {
          apply(claim, override);
        }
        ensureAt(data, 'metadata', 'annotations')[TEMPLATES_ANNOTATION] = JSON.stringify(templates);
      }
    }
  });

  return {
    set: (next) => {
      override = next;
      if (next === null) {
        claims.clear();
      }
    },
    release: () => {
      override = null;
      unsubscribe?.();
      form.parseVolumeClaimTemplate = original;
    }
  };
}
