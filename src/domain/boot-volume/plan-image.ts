import { IMAGE_CLASS_ANNOTATION, IMAGE_FILE_ANNOTATION, IMAGE_OS_LABEL, IMAGE_TYPE_LABEL } from '../harvester/image';
import type { StorageClassRecord } from '../harvester/types';
import { engineOfClass } from './classes';
import type { BootClass, ObjectPlan, PlanProblem } from './types';

export type ImageSourceChoice =
  | { readonly type: 'download'; readonly url: string; readonly checksum: string }
  | { readonly type: 'upload'; readonly fileName: string; readonly fileSize: number | null }
  | { readonly type: 'export-from-volume'; readonly pvcNamespace: string; readonly pvcName: string };

export interface ImageChoice {
  readonly namespace: string;
  readonly displayName: string;
  readonly description: string;
  readonly source: ImageSourceChoice;
  /** `boot-volume`: the option is on. `plain`: as Harvester does without us; null leaves the class to the server. */
  readonly target:
    | { readonly type: 'boot-volume'; readonly bootClass: BootClass | null }
    | { readonly type: 'plain'; readonly storageClass: StorageClassRecord | null };
  /** Value of Harvester's os-type label; '' for none. */
  readonly osType: string;
  /** Display names already used in the namespace; null when images can't be read. */
  readonly takenNames: readonly string[] | null;
}

/**
 * The image to post. With the option on, backend, annotation and target class always agree: the server accepts a
 * `backingimage` on a v2 class and silently makes a v1 image of it, and a `cdi` image without a class lands on the
 * default class, normally v1. Never names a class that `refuseClass` refuses.
 */
export function planBootImage(choice: ImageChoice): ObjectPlan {
  const problems = [...checkPlace(choice), ...checkSource(choice), ...checkTarget(choice)];

  if (problems.length > 0) {
    return { body: null, problems };
  }

  const className = targetClass(choice);
  const isOn = choice.target.type === 'boot-volume';
  const { source } = choice;

  return {
    problems,
    body: {
      type: 'harvesterhci.io.virtualmachineimage',
      apiVersion: 'harvesterhci.io/v1beta1',
      kind: 'VirtualMachineImage',
      metadata: {
        namespace: choice.namespace,
        generateName: 'image-',
        annotations: {
          ...(className === '' ? {} : { [IMAGE_CLASS_ANNOTATION]: className }),
          ...(source.type === 'upload' ? { [IMAGE_FILE_ANNOTATION]: source.fileName } : {})
        },
        labels: {
          ...(choice.osType === '' ? {} : { [IMAGE_OS_LABEL]: choice.osType }),
          [IMAGE_TYPE_LABEL]: isIso(choice) ? 'iso' : 'raw_qcow2'
        }
      },
      spec: {
        backend: isOn ? 'cdi' : 'backingimage',
        displayName: choice.displayName,
        description: choice.description,
        sourceType: source.type,
        url: source.type === 'download' ? source.url.trim() : '',
        checksum: source.type === 'download' ? source.checksum.trim() : '',
        pvcName: source.type === 'export-from-volume' ? source.pvcName : '',
        pvcNamespace: source.type === 'export-from-volume' ? source.pvcNamespace : '',
        ...(className === '' ? {} : { targetStorageClassName: className }),
        retry: 3
      }
    }
  };
}

/** Name to put into an empty name field: the URL's or file's last part, made a valid display name. */
export function suggestImageName(urlOrFile: string): string {
  const last = urlOrFile.split(/[?#]/)[0]?.split('/').pop() ?? '';

  return decodeName(last).replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 63).replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
}

function decodeName(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function targetClass(choice: ImageChoice): string {
  return choice.target.type === 'boot-volume' ? choice.target.bootClass?.name ?? '' : choice.target.storageClass?.meta.name ?? '';
}

const LABEL_VALUE = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;

function checkPlace(choice: ImageChoice): readonly PlanProblem[] {
  return choice.namespace === '' ? [{ field: 'namespace', code: 'namespace-required', params: {} }] : checkImageName(choice.displayName, choice.takenNames);
}

/** `displayName` becomes a label value (harvester `image/common/validator.go`), unique in its namespace. */
export function checkImageName(name: string, takenNames: readonly string[] | null): readonly PlanProblem[] {
  if (name === '') {
    return [{ field: 'name', code: 'name-required', params: {} }];
  }

  if (name.length > 63) {
    return [{ field: 'name', code: 'name-too-long', params: { length: name.length } }];
  }

  if (!LABEL_VALUE.test(name)) {
    return [{ field: 'name', code: 'name-not-label', params: { suggestion: suggestImageName(name) } }];
  }

  return takenNames?.includes(name) ? [{ field: 'name', code: 'name-taken', params: { name } }] : [];
}

function checkSource({ source }: ImageChoice): PlanProblem[] {
  if (source.type === 'download') {
    if (source.url.trim() === '') {
      return [{ field: 'url', code: 'url-required', params: {} }];
    }

    if (!isHttpUrl(source.url.trim())) {
      return [{ field: 'url', code: 'url-invalid', params: {} }];
    }

    const checksum = source.checksum.trim();

    return checksum === '' || /^[0-9a-f]{128}$/i.test(checksum) ? [] : [{ field: 'checksum', code: 'checksum-not-sha512', params: {} }];
  }

  if (source.type === 'upload') {
    return source.fileName === ''
      ? [{ field: 'file', code: 'file-required', params: {} }]
      : source.fileSize === 0 ? [{ field: 'file', code: 'file-empty', params: {} }] : [];
  }

  return source.pvcName === '' || source.pvcNamespace === '' ? [{ field: 'volume', code: 'volume-required', params: {} }] : [];
}

function checkTarget({ target }: ImageChoice): PlanProblem[] {
  if (target.type === 'plain') {
    // The server would take it, and make a v1 image on a class of its own.
    return target.storageClass === null || engineOfClass(target.storageClass) === 'v1' ? [] : [{ field: 'class', code: 'class-needs-option', params: { name: target.storageClass.meta.name } }];
  }

  if (target.bootClass === null) {
    return [{ field: 'class', code: 'class-required', params: {} }];
  }

  return target.bootClass.refusal === null ? [] : [{ field: 'class', code: 'class-refused', params: { name: target.bootClass.name } }];
}

function isHttpUrl(text: string): boolean {
  try {
    return /^https?:$/.test(new URL(text).protocol);
  } catch {
    return false;
  }
}

function isIso({ source, displayName }: ImageChoice): boolean {
  const name = source.type === 'download' ? source.url : source.type === 'upload' ? source.fileName : displayName;

  return /\.iso(\?|#|$)/i.test(name.trim());
}
