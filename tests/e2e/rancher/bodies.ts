import { expect, type Page, type Request } from '@playwright/test';
import { parse } from 'yaml';
import { classifyStorageClass } from '@/domain/boot-volume/classes';
import type { BootClass } from '@/domain/boot-volume/types';
import { parseImage } from '@/domain/harvester/image';
import { parseStorageClass } from '@/domain/harvester/storage-class';
import { parseStorageProfile } from '@/domain/harvester/storage-profile';
import type { ImageRecord } from '@/domain/harvester/types';
import { KIND } from '@/domain/kube/kinds';
import type { ClusterView } from '@/domain/view';
import { createRecordTable } from '@/stores/record-table';
import type { RunningRancher } from '../../support/rancher';

export interface Posted {
  /** Bytes of the body as text. */
  readonly text: string;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

const isCreate = (request: Request, plural: string): boolean => request.method() === 'POST'
  && new RegExp(`/${plural.replaceAll('.', '\\.')}(/[^/?]+)?$`).test(new URL(request.url()).pathname)
  && new URL(request.url()).searchParams.get('action') === null;

/** Does something, and waits for so many requests that create objects of a type. Bodies are JSON, or YAML from its view. */
export async function collect(page: Page, plural: string, act: () => Promise<void>, count = 1): Promise<readonly Posted[]> {
  const posted: Posted[] = [];
  const take = (request: Request): void => {
    if (isCreate(request, plural)) {
      const text = request.postData() ?? '';

      posted.push({ text, path: new URL(request.url()).pathname, body: parse(text) as Posted['body'] });
    }
  };

  page.on('request', take);
  try {
    await act();
    await expect.poll(() => posted.length, { timeout: 30_000 }).toBe(count);
  } finally {
    page.off('request', take);
  }

  return posted;
}

/** The same text with `rrrrr` for the five random letters behind names of a VM's claims and secrets: all that differs by chance. */
export const withoutChance = (text: string, machine: string): string => text.replace(new RegExp(`("|\\\\"|: |/)(${machine}(?:-[a-z0-9-]+?)?)-[a-z0-9]{5}(?=["\\\\]|$)`, 'gm'), '$1$2-rrrrr');

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Where two JSON values differ, as `path: first ≠ second`; `∅` for what one of them lacks. */
export function differences(first: unknown, second: unknown, path = ''): string[] {
  if (isObject(first) && isObject(second)) {
    return [...new Set([...Object.keys(first), ...Object.keys(second)])].sort().flatMap((key) => differences(first[key], second[key], path === '' ? key : `${path} ${key}`));
  }
  if (Array.isArray(first) && Array.isArray(second) && first.length === second.length) {
    return first.flatMap((item, index) => differences(item, second[index], `${path} ${String(index)}`));
  }

  const [a, b] = [first, second].map((value) => (value === undefined ? '∅' : JSON.stringify(value)));

  return a === b ? [] : [`${path}: ${a ?? ''} ≠ ${b ?? ''}`];
}

export interface Claim {
  readonly name: string;
  readonly image: string | undefined;
  readonly storageClass: string;
  readonly accessModes: readonly string[];
  readonly volumeMode: string;
  readonly size: string;
}

interface Template { readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> }; readonly spec: { readonly storageClassName: string; readonly accessModes: readonly string[]; readonly volumeMode: string; readonly resources: { readonly requests: { readonly storage: string } } } }

/** Claim templates in a posted VM. */
export function templatesOf(body: unknown): readonly Template[] {
  return JSON.parse((body as { readonly metadata: { readonly annotations: Readonly<Record<string, string>> } }).metadata.annotations['harvesterhci.io/volumeClaimTemplates'] ?? '[]') as Template[];
}

/** The same without the random ends of their names. */
export function claims(body: unknown): readonly Claim[] {
  return templatesOf(body).map(({ metadata, spec }) => ({
    name: metadata.name.replace(/-[a-z0-9]{5}$/, ''), image: metadata.annotations?.['harvesterhci.io/imageId'], storageClass: spec.storageClassName, accessModes: spec.accessModes, volumeMode: spec.volumeMode, size: spec.resources.requests.storage
  }));
}

/** What the plan of the domain needs to know of a simulated cluster: its classes and images, as our own code reads them. */
export function planFacts(host: RunningRancher): { bootClass(name: string): BootClass; image(id: string): ImageRecord } {
  const { store } = host.simulator.cluster;
  const table = createRecordTable();
  const view: ClusterView = { ...table, readState: () => ({ state: 'ready', at: 0 }) as never };

  for (const object of store.list(KIND.storageClass)) {
    table.set(KIND.storageClass, object.metadata.name, parseStorageClass(object as never), 0);
  }
  for (const object of store.list(KIND.storageProfile)) {
    table.set(KIND.storageProfile, object.metadata.name, parseStorageProfile(object as never), 0);
  }

  return {
    bootClass: (name) => {
      const record = view.get(KIND.storageClass, name);

      if (record === undefined) {
        throw new Error(`no class ${name}`);
      }

      return classifyStorageClass(view, record);
    },
    image: (id) => parseImage(store.get(KIND.image, id) as never)
  };
}
