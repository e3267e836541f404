import type { Cluster, KubeObject } from '../../../contract';
import { isConditionTrue, setCondition, specOf, statusOf } from '../support/conditions';
import { defineController, objectKey } from '../support/controller';
import { ownerReference } from '../support/pods';
import { TYPE } from '../support/types';

const LABEL = 'template.harvesterhci.io/templateID';
/** The condition of a version that has its number. */
const ASSIGNED = 'assigned';

/** The newest version of a template that has a number. */
function latestOf(cluster: Cluster, templateId: string): KubeObject | undefined {
  const age = (version: KubeObject): string => version.metadata.creationTimestamp ?? '';
  return cluster.store.list(TYPE.templateVersion)
    .filter((version) => version.spec?.templateId === templateId && isConditionTrue(version, ASSIGNED))
    .sort((a, b) => age(b).localeCompare(age(a)) || a.metadata.name.localeCompare(b.metadata.name))[0];
}

/** Gives every version of a VM template its number, its label and its owner (pkg/controller/master/template). */
export const templateVersionController = defineController({
  name: 'vm-template-version',
  watches: [{ typeId: TYPE.templateVersion }],
  create: (cluster) => (key) => {
    const version = cluster.store.get(TYPE.templateVersion, key);
    if (version === undefined || version.metadata.deletionTimestamp !== undefined) return undefined;
    const templateId = String(version.spec?.templateId ?? '');
    const template = cluster.store.get(TYPE.template, templateId);
    // Made just before its template: looked at again, as a handler that returns an error is.
    if (template === undefined) return 1000;
    const isOwned = version.metadata.ownerReferences?.some((owner) => owner.uid === template.metadata.uid) === true;
    if (isOwned && version.metadata.labels?.[LABEL] !== undefined && isConditionTrue(version, ASSIGNED)) return undefined;
    const number = Number(latestOf(cluster, templateId)?.status?.version ?? 0) + 1;
    cluster.store.edit(TYPE.templateVersion, key, (draft) => {
      draft.metadata.labels = { [LABEL]: template.metadata.name, ...draft.metadata.labels };
      if (!isOwned) draft.metadata.ownerReferences = [...draft.metadata.ownerReferences ?? [], ownerReference(template)];
      if (isConditionTrue(draft, ASSIGNED)) return;
      statusOf(draft).version = number;
      setCondition(draft, cluster.clock.iso(), 'lastUpdateTime', { type: ASSIGNED, status: 'True' });
    });
    return undefined;
  }
});

/** Tells on a VM template which of its versions is the newest and which the default: the first one, unless somebody chose. */
export const templateController = defineController({
  name: 'vm-template',
  watches: [{ typeId: TYPE.template }, { typeId: TYPE.templateVersion, keys: ({ object }) => [String(object.spec?.templateId ?? '')] }],
  create: (cluster) => (key) => {
    const template = cluster.store.get(TYPE.template, key);
    if (template === undefined || template.metadata.deletionTimestamp !== undefined) return undefined;
    const latest = latestOf(cluster, key);
    if (latest === undefined) return undefined;
    const latestVersion = Number(latest.status?.version);
    const defaultId = String(template.spec?.defaultVersionId ?? '');
    if (defaultId === '' && latestVersion === 1) {
      cluster.store.edit(TYPE.template, key, (draft) => {
        specOf(draft).defaultVersionId = objectKey(latest);
      });
      return undefined;
    }
    const chosen = defaultId === '' ? undefined : cluster.store.get(TYPE.templateVersion, defaultId);
    if (defaultId !== '' && !isConditionTrue(chosen, ASSIGNED)) return undefined;
    const defaultVersion = Number(chosen?.status?.version ?? template.status?.defaultVersion ?? 0);
    if (template.status?.latestVersion === latestVersion && template.status.defaultVersion === defaultVersion) return undefined;
    cluster.store.edit(TYPE.template, key, (draft) => {
      Object.assign(statusOf(draft), { latestVersion, defaultVersion });
    });
    return undefined;
  }
});
