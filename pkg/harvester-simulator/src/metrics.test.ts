import { expect, it } from 'vitest';
import { createCluster } from './cluster';
import { metricsController } from './metrics';

it('measures what runs on a node, and forgets a node that cannot be reached', () => {
  const cluster = createCluster();
  const { store } = cluster;
  cluster.start([metricsController]);
  store.create('node', { metadata: { name: 'n1' }, status: { conditions: [{ type: 'Ready', status: 'True' }] } });
  const usage = (): unknown => store.get('metrics.k8s.io.nodemetrics', 'n1')?.['usage'];
  expect(usage()).toEqual({ cpu: '900m', memory: '7168Mi' });
  store.create('kubevirt.io.virtualmachineinstance', { metadata: { name: 'vm', namespace: 'd' }, spec: { domain: { cpu: { cores: 4 }, memory: { guest: '8Gi' } } }, status: { nodeName: 'n1', phase: 'Running' } });
  expect(usage()).toEqual({ cpu: '2300m', memory: '15360Mi' });
  store.remove('kubevirt.io.virtualmachineinstance', 'd/vm');
  expect(usage()).toEqual({ cpu: '900m', memory: '7168Mi' });
  store.edit('node', 'n1', (draft) => { draft.status = { conditions: [{ type: 'Ready', status: 'Unknown' }] }; });
  expect(usage()).toBeUndefined();
});
