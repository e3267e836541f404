import type { Controller, LinkHandler, StreamAction } from '../../contract';
import { vmBackupController } from './backup/vm-backup';
import { vmRestoreController } from './backup/vm-restore';
import { dataVolumeController } from './cdi/data-volume';
import { storageProfileController } from './cdi/storage-profile';
import { imageController } from './image/image-controller';
import { downloaderController, downloadLinks } from './image/downloader';
import { uploadAction } from './image/upload';
import { maintenanceController } from './machine/maintenance';
import { migrationController } from './machine/migration';
import { templateController, templateVersionController } from './machine/templates';
import { vmController } from './machine/vm-controller';
import { vmiController } from './machine/vmi-controller';
import { blockDeviceController } from './node/block-devices';
import { dataEngineController } from './node/data-engine';
import { attachDetachController } from './storage/attachments';
import { expansionController } from './storage/expansion';
import { kubelet } from './storage/kubelet';
import { podScheduler } from './storage/pod-scheduler';
import { provisioner } from './storage/provisioner';
import { claimReclaimer, volumeReclaimer } from './storage/reclaimer';
import { snapshotController } from './storage/snapshots';

/** The controllers of Harvester, CDI, KubeVirt and the parts of Kubernetes under them, in the order they start. */
export const controllers: Controller[] = [
  storageProfileController,
  provisioner,
  claimReclaimer,
  volumeReclaimer,
  expansionController,
  snapshotController,
  podScheduler,
  attachDetachController,
  kubelet,
  dataVolumeController,
  imageController,
  downloaderController,
  vmController,
  vmiController,
  migrationController,
  maintenanceController,
  templateVersionController,
  templateController,
  vmBackupController,
  vmRestoreController,
  blockDeviceController,
  dataEngineController
];

/** Actions with a streamed body: image upload. */
export const streamActions: StreamAction[] = [uploadAction];

/** Links with a body of their own: image download. */
export const linkHandlers: LinkHandler[] = downloadLinks;
