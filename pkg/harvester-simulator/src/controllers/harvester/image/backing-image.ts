import type { Cluster, KubeObject } from '../../../contract';
import { statusOf } from '../support/conditions';
import { HARVESTER, keyOf, LONGHORN_DRIVER, LONGHORN_NAMESPACE, TYPE } from '../support/types';
import { capacityOf, getClaim } from '../storage/claims';
import { CHECK_INTERVAL, markFailed, markImported, markImporting } from './image-status';
import { checkRemoteUrl, inspectRemoteImage, openImportSource } from './remote-image';

interface Download {
  size: number;
  virtualSize: number;
  moved: number;
  at: number;
}

/** The v1 backend: a Longhorn backing image `vmi-<uid>` and a storage class of the image's own, `lh-<uid>`. */
export class BackingImageBackend {
  private readonly downloads = new Map<string, Download>();

  constructor(private readonly cluster: Cluster) {}

  backingImageKey(image: KubeObject): string {
    return keyOf(LONGHORN_NAMESPACE, `vmi-${image.metadata.uid ?? ''}`);
  }

  storageClassName(image: KubeObject): string {
    return `lh-${image.metadata.uid ?? ''}`;
  }

  /** Throws with the failure's text. */
  async initialize(image: KubeObject): Promise<void> {
    this.delete(image);
    const access = { allowRemote: this.cluster.allowRemote === true };
    const spec = image.spec ?? {};
    let download: Download = { size: 0, virtualSize: 0, moved: 0, at: this.cluster.clock.now() };
    if (spec.sourceType === 'download') {
      const url = String(spec.url ?? '');
      const size = await checkRemoteUrl(url, access);
      // Longhorn needs no HEAD length: it learns the sizes while it downloads.
      const source = await inspectRemoteImage(url, access).catch(() => openImportSource(url, access));
      download = { ...download, size: size === 0 ? source.size : size, virtualSize: source.virtualSize };
    } else if (spec.sourceType === 'export-from-volume') {
      const claim = getClaim(this.cluster, String(spec.pvcNamespace ?? ''), String(spec.pvcName ?? ''));
      if (claim === undefined) throw new Error(`failed to get pvc ${String(spec.pvcName)}/${String(image.metadata.namespace)}, error: persistentvolumeclaims "${String(spec.pvcName)}" not found`);
      download = { ...download, size: capacityOf(claim), virtualSize: capacityOf(claim) };
    }
    const current = this.cluster.store.get(TYPE.image, keyOf(image.metadata.namespace, image.metadata.name));
    if (current?.metadata.uid !== image.metadata.uid || current?.metadata.deletionTimestamp !== undefined) return;
    this.downloads.set(image.metadata.uid ?? '', download);
    this.createBackingImage(image);
    this.createStorageClass(image);
  }

  private createBackingImage(image: KubeObject): void {
    const spec = image.spec ?? {};
    this.cluster.store.create(TYPE.backingImage, {
      apiVersion: 'longhorn.io/v1beta2',
      kind: 'BackingImage',
      metadata: {
        name: `vmi-${image.metadata.uid ?? ''}`,
        namespace: LONGHORN_NAMESPACE,
        annotations: { [HARVESTER.imageId]: keyOf(image.metadata.namespace, image.metadata.name) }
      },
      spec: {
        checksum: String(spec.checksum ?? ''),
        dataEngine: 'v1',
        minNumberOfCopies: 1,
        sourceType: spec.sourceType,
        sourceParameters: spec.sourceType === 'download' ? { url: spec.url } : {}
      },
      status: { checksum: '', diskFileStatusMap: {}, size: 0, virtualSize: 0, uuid: '' }
    });
  }

  private createStorageClass(image: KubeObject): void {
    this.cluster.store.create(TYPE.storageClass, {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: this.storageClassName(image) },
      provisioner: LONGHORN_DRIVER,
      allowVolumeExpansion: true,
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'Immediate',
      parameters: { numberOfReplicas: '3', staleReplicaTimeout: '30', migratable: 'true', ...(image.spec?.storageClassParameters as Record<string, string> | undefined), backingImage: `vmi-${image.metadata.uid ?? ''}`, backingImageDataSourceType: String(image.spec?.sourceType ?? '') }
    });
  }

  check(image: KubeObject): number | undefined {
    const backingImage = this.cluster.store.get(TYPE.backingImage, this.backingImageKey(image));
    if (backingImage === undefined) {
      markFailed(this.cluster, image, 'Imported', `backingimages.longhorn.io "vmi-${image.metadata.uid ?? ''}" not found`);
      return CHECK_INTERVAL;
    }
    if (image.spec?.sourceType === 'upload') {
      if (backingImage.status?.diskFileStatusMap?.upload?.state !== 'ready') return CHECK_INTERVAL;
      markImported(this.cluster, image, Number(backingImage.status.size), Number(backingImage.status.virtualSize));
      return undefined;
    }
    const download = this.downloads.get(image.metadata.uid ?? '');
    if (download === undefined) return undefined;
    const now = this.cluster.clock.now();
    download.moved += ((now - download.at) / 1000) * this.cluster.timings.importBytesPerSecond;
    download.at = now;
    const done = download.size === 0 ? 1 : Math.min(1, download.moved / download.size);
    this.report(image, done < 1 ? 'in-progress' : 'ready', Math.floor(done * 100), download);
    if (done < 1) {
      markImporting(this.cluster, image, '', Math.floor(done * 100));
      return CHECK_INTERVAL;
    }
    this.downloads.delete(image.metadata.uid ?? '');
    markImported(this.cluster, image, download.size, download.virtualSize);
    return undefined;
  }

  private report(image: KubeObject, state: string, progress: number, download: Download): void {
    this.cluster.store.edit(TYPE.backingImage, this.backingImageKey(image), (draft) => {
      const status = statusOf(draft);
      const disk = this.firstFilesystemDisk();
      status.diskFileStatusMap = { [disk]: { dataEngine: 'v1', state, progress, message: '', lastStateTransitionTime: status.diskFileStatusMap?.[disk]?.state === state ? status.diskFileStatusMap[disk].lastStateTransitionTime : this.cluster.clock.iso() } };
      status.size = state === 'ready' ? download.size : 0;
      status.virtualSize = state === 'ready' ? download.virtualSize : 0;
    });
  }

  private firstFilesystemDisk(): string {
    for (const node of this.cluster.store.list('longhorn.io.node', { namespace: LONGHORN_NAMESPACE })) {
      for (const disk of Object.values((node.status?.diskStatus ?? {}) as Record<string, { diskType?: string; diskUUID?: string }>)) {
        if (disk.diskType !== 'block' && disk.diskUUID !== undefined && disk.diskUUID !== '') return disk.diskUUID;
      }
    }
    return 'unscheduled';
  }

  delete(image: KubeObject): void {
    this.downloads.delete(image.metadata.uid ?? '');
    this.cluster.store.remove(TYPE.backingImage, this.backingImageKey(image));
    this.cluster.store.remove(TYPE.storageClass, this.storageClassName(image));
  }
}
