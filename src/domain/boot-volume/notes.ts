import type { ImageSource } from '../harvester/types';
import { supports } from '../harvester/version';
import { KIND } from '../kube/kinds';
import type { ClusterView } from '../view';
import { labelDisk, listAioDisks } from './nodes';
import { unreadReason } from './reading';
import { readServerVersion } from './server-version';
import type { BootClass, PlanNote } from './types';

export interface ImageNoteInput {
  readonly sourceType: ImageSource;
  readonly url: string;
  readonly fileName: string;
  readonly fileSize: number | null;
  readonly checksum: string;
  readonly isBehindRancher: boolean;
}

/** Rancher's ingress and UI are known to fail on uploads above this; Harvester's documentation advises its own UI there. */
const PROXY_UPLOAD_LIMIT = 10 * 2 ** 30;

/** What to say before an image is made on the v2 path. Order: what most often goes wrong first. */
export function noteBootImage(view: ClusterView, input: ImageNoteInput): readonly PlanNote[] {
  const name = input.sourceType === 'download' ? input.url : input.fileName;
  const compression = /\.(gz|xz|zst|bz2)(?:\?|#|$)/i.exec(name.trim())?.[1];
  const notes: PlanNote[] = [];

  if (compression) {
    notes.push({ code: 'compressed', level: 'warning', params: { extension: `.${compression.toLowerCase()}` } });
  }

  if (input.sourceType === 'download' && input.checksum.trim() !== '') {
    notes.push({ code: 'checksum-ignored', level: 'warning', params: {} });
  }

  if (input.sourceType === 'download') {
    const version = readServerVersion(view);

    notes.push(version !== null && !supports(version, 'boundedImports')
      ? { code: 'server-needs-ranges', level: 'warning', params: { version: version.text } }
      : { code: 'server-needs', level: 'info', params: {} });
  }

  if (input.sourceType === 'upload') {
    notes.push(input.isBehindRancher && (input.fileSize ?? 0) > PROXY_UPLOAD_LIMIT
      ? { code: 'upload-behind-rancher', level: 'warning', params: { limitBytes: PROXY_UPLOAD_LIMIT } }
      : { code: 'upload-keep-open', level: 'info', params: {} });
  }

  return [...notes, ...noteAioDisks(view)];
}

export interface MachineNoteInput {
  readonly instances: number;
  /** Bytes of one root disk. */
  readonly rootSize: number;
  readonly bootClass: BootClass | null;
  /** Class of the chosen image, when the root disk goes elsewhere; ''. */
  readonly imageClassName: string;
}

/** What to say before VMs are made on the v2 path. */
export function noteBootMachine(view: ClusterView, input: MachineNoteInput): readonly PlanNote[] {
  const notes: PlanNote[] = [];

  if (input.bootClass && input.imageClassName !== '' && input.imageClassName !== input.bootClass.name) {
    notes.push({ code: 'host-assisted-copy', level: 'warning', params: { from: input.imageClassName, to: input.bootClass.name } });
  }

  if (input.instances > 1) {
    notes.push({ code: 'many-copies', level: 'warning', params: { count: input.instances, totalBytes: input.instances * input.rootSize * (input.bootClass?.replicas ?? 1) } });
  } else {
    notes.push({ code: 'full-copy', level: 'info', params: {} });
  }

  notes.push({ code: 'no-vm-backup', level: 'info', params: {} });

  return [...notes, ...noteAioDisks(view)];
}

function noteAioDisks(view: ClusterView): readonly PlanNote[] {
  const disks = unreadReason(view, KIND.longhornNode) === null ? listAioDisks(view) : [];

  return disks.length === 0 ? [] : [{
    code: 'aio-trim', level: 'warning',
    params: { count: disks.length, disks: disks.map(({ node, disk }) => `${node} ${labelDisk(disk)}`).join(', ') }
  }];
}
