import { createGzip } from 'node:zlib';
import type { ServerResponse } from 'node:http';
import type { Cluster, KubeObject, LinkHandler } from '../../../contract';
import { isConditionTrue, setCondition, statusOf } from '../support/conditions';
import { defineController, objectKey } from '../support/controller';
import { keyOf, TYPE } from '../support/types';
import { getClaim } from '../storage/claims';
import { Transfers, WorkerPods } from '../cdi/worker-pod';
import { emptyQcow2 } from './qcow2';

const POLL = 1000;

/** Makes a downloadable file of a CDI image: a pod reads the golden volume and compresses it. */
export const downloaderController = defineController({
  name: 'vm-image-downloader-controller',
  watches: [{ typeId: TYPE.downloader }],
  create: (cluster) => {
    const pods = new WorkerPods(cluster);
    const transfers = new Transfers(cluster);
    const report = (key: string, isReady: boolean, message: string): void => {
      cluster.store.edit(TYPE.downloader, key, (draft) => {
        const status = statusOf(draft);
        status.status = isReady ? 'Ready' : 'Progressing';
        if (isReady) status.downloadUrl = `http://${draft.metadata.name}.${draft.metadata.namespace ?? ''}/images/${draft.metadata.name}.qcow2`;
        const now = cluster.clock.iso();
        for (const [type, state] of [['Reconciling', !isReady], ['Ready', isReady]] as const) {
          setCondition(draft, now, 'lastProbeTime', { type, status: state ? 'True' : 'False', message });
          for (const condition of status.conditions as Record<string, unknown>[]) delete condition.lastProbeTime;
        }
      });
    };
    return (key) => {
      const downloader = cluster.store.get(TYPE.downloader, key);
      if (downloader === undefined || downloader.status?.status === 'Ready') {
        transfers.forget(key);
        return undefined;
      }
      const namespace = downloader.metadata.namespace ?? 'default';
      const claim = getClaim(cluster, namespace, String(downloader.spec?.imageName ?? ''));
      if (claim === undefined) {
        report(key, false, `persistentvolumeclaims "${String(downloader.spec?.imageName)}" not found`);
        return POLL * 5;
      }
      const worker = pods.ensure({ name: `${downloader.metadata.name}-downloader`, namespace, owner: downloader, role: 'cloner', claim, isReadOnly: true });
      if (worker.state !== 'running') {
        transfers.pause(key);
        report(key, false, '');
        return POLL;
      }
      const image = cluster.store.get(TYPE.image, keyOf(namespace, claim.metadata.name));
      const done = transfers.advance(key, Number(image?.status?.size ?? 0), cluster.timings.cloneBytesPerSecond);
      report(key, done >= 1, '');
      return done < 1 ? POLL : undefined;
    };
  }
});

function refuse(res: ServerResponse, status: number, text: string): void {
  res.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
}

function download(cluster: Cluster, image: KubeObject, res: ServerResponse): void {
  const name = image.metadata.name;
  if (!isConditionTrue(image, 'Imported')) {
    refuse(res, 500, 'please wait until the image has been imported');
    return;
  }
  const file = emptyQcow2(Number(image.status?.virtualSize ?? 0));
  if (image.spec?.backend !== 'cdi') {
    res.writeHead(200, { 'content-type': 'application/octet-stream', 'content-disposition': `attachment; filename=${String(image.spec?.displayName ?? name)}.gz` });
    const packed = createGzip();
    packed.pipe(res);
    packed.end(file);
    return;
  }
  const downloader = cluster.store.get(TYPE.downloader, objectKey(image));
  if (downloader === undefined) {
    refuse(res, 500, `failed to get vm image downloader(${objectKey(image)}): virtualmachineimagedownloaders.harvesterhci.io "${name}" not found`);
    return;
  }
  if (downloader.status?.status !== 'Ready') {
    refuse(res, 500, `vm image downloader ${name} is not ready`);
    return;
  }
  res.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': file.length, 'content-disposition': `attachment; filename=${name}.qcow2` });
  res.end(file, () => cluster.store.remove(TYPE.downloader, objectKey(image)));
}

function cancel(cluster: Cluster, image: KubeObject, res: ServerResponse): void {
  cluster.store.remove(TYPE.downloader, objectKey(image));
  res.writeHead(204).end();
}

export const downloadLinks: LinkHandler[] = [
  { typeId: TYPE.image, link: 'download', run: download },
  { typeId: TYPE.image, link: 'downloadcancel', run: cancel }
];
