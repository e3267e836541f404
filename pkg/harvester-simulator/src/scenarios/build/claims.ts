import type { Cluster } from '../../contract';

/** Long enough to attach, be written to and be seen by the engine monitor. */
const USE = 15_000;
const LET_GO = 10_000;

function isAttached(cluster: Cluster, claim: string): boolean {
  const volume = cluster.store.get('persistentvolumeclaim', claim)?.spec?.volumeName as string | undefined;
  return volume !== undefined && cluster.store.get('longhorn.io.volume', `longhorn-system/${volume}`)?.status?.state === 'attached';
}

/**
 * Mounts claims in short-lived pods, so that their volumes have held data; on return they are detached again.
 * @param claims `<namespace>/<name>`
 */
export function useClaims(cluster: Cluster, claims: readonly string[]): void {
  if (claims.length === 0) return;
  const node = cluster.store.list('longhorn.io.instancemanager').find((manager) => manager.spec?.dataEngine === 'v2' && manager.status?.currentState === 'running')?.spec?.nodeID as string | undefined
    ?? cluster.store.list('longhorn.io.node')[0]?.metadata.name;
  const pods = claims.map((claim) => {
    const [namespace = '', name = ''] = claim.split('/');
    const pod = `writer-${name}`;
    cluster.store.create('pod', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: pod, namespace, labels: { app: 'containerized-data-importer' } },
      spec: { containers: [{ name: 'writer', image: 'writer' }], nodeName: node, volumes: [{ name: 'data', persistentVolumeClaim: { claimName: name } }] },
      status: { phase: 'Running' }
    });
    return `${namespace}/${pod}`;
  });
  for (let passed = 0; passed < 120_000 && !claims.every((claim) => isAttached(cluster, claim)); passed += 1_000) cluster.clock.advance(1_000);
  cluster.clock.advance(USE);
  for (const pod of pods) cluster.store.remove('pod', pod);
  for (let passed = 0; passed < 120_000 && claims.some((claim) => isAttached(cluster, claim)); passed += 1_000) cluster.clock.advance(1_000);
  cluster.clock.advance(LET_GO);
}
