import { describe, expect, it } from 'vitest';
import { TYPE } from '../support/types';
import { createWorld, until } from '../test-support';

const TEMPLATE = 'default/golden';

function world() {
  const cluster = createWorld();
  const version = (name: string): void => {
    cluster.store.create(TYPE.templateVersion, { metadata: { name, namespace: 'default' }, spec: { templateId: TEMPLATE, vm: {} } });
  };
  const template = () => cluster.store.get(TYPE.template, TEMPLATE);
  const numberOf = (name: string): unknown => cluster.store.get(TYPE.templateVersion, `default/${name}`)?.status?.version;
  cluster.store.create(TYPE.template, { metadata: { name: 'golden', namespace: 'default' }, spec: { description: '' } });
  return { cluster, version, template, numberOf };
}

describe('VM templates', () => {
  it('number their versions; the first becomes the default', async () => {
    const { cluster, version, template, numberOf } = world();

    version('golden-a');
    await until(cluster, () => template()?.status?.defaultVersion === 1);
    expect(numberOf('golden-a')).toBe(1);
    expect(template()).toMatchObject({ spec: { defaultVersionId: 'default/golden-a' }, status: { defaultVersion: 1, latestVersion: 1 } });
    expect(cluster.store.get(TYPE.templateVersion, 'default/golden-a')?.metadata).toMatchObject({ labels: { 'template.harvesterhci.io/templateID': 'golden' }, ownerReferences: [{ kind: 'VirtualMachineTemplate', name: 'golden' }] });

    cluster.clock.advance(5000);
    version('golden-b');
    await until(cluster, () => template()?.status?.latestVersion === 2);
    expect([numberOf('golden-a'), numberOf('golden-b')]).toEqual([1, 2]);
    expect(template()).toMatchObject({ spec: { defaultVersionId: 'default/golden-a' }, status: { defaultVersion: 1 } });
  });

  it('follow the default that somebody chooses', async () => {
    const { cluster, version, template } = world();

    version('golden-a');
    cluster.clock.advance(5000);
    version('golden-b');
    await until(cluster, () => template()?.status?.latestVersion === 2);
    cluster.store.edit(TYPE.template, TEMPLATE, (draft) => { draft.spec = { ...draft.spec, defaultVersionId: 'default/golden-b' }; });
    await until(cluster, () => template()?.status?.defaultVersion === 2);
  });

  it('give a version its number once its template is there', async () => {
    const { cluster, numberOf } = world();

    cluster.store.create(TYPE.templateVersion, { metadata: { name: 'early', namespace: 'default' }, spec: { templateId: 'default/later', vm: {} } });
    cluster.clock.advance(3000);
    expect(numberOf('early')).toBeUndefined();
    cluster.store.create(TYPE.template, { metadata: { name: 'later', namespace: 'default' }, spec: {} });
    await until(cluster, () => numberOf('early') === 1);
  });
});
