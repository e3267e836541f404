import { isSame } from '../store';
import { invalidObject } from './metadata';
import { quantity, record } from './read';
import type { Rules } from './request';

/** What kube-apiserver itself defaults and refuses. */
const storageClass: Rules = {
  typeId: 'storage.k8s.io.storageclass',
  mutate({ object }) {
    object['reclaimPolicy'] ??= 'Delete';
    object['volumeBindingMode'] ??= 'Immediate';
  },
  validate({ operation, type, object, old }) {
    if (operation === 'DELETE') return;
    if (typeof object['provisioner'] !== 'string' || object['provisioner'] === '') throw invalidObject(type, object.metadata.name, 'provisioner: Required value');
    if (operation !== 'UPDATE' || old === undefined) return;
    const { name } = object.metadata;
    if (!isSame(object['parameters'] ?? {}, old['parameters'] ?? {})) throw invalidObject(type, name, 'parameters: Forbidden: updates to parameters are forbidden.');
    if (object['provisioner'] !== old['provisioner']) throw invalidObject(type, name, 'provisioner: Forbidden: updates to provisioner are forbidden.');
    if (object['reclaimPolicy'] !== old['reclaimPolicy']) throw invalidObject(type, name, 'reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden.');
    if (object['volumeBindingMode'] !== old['volumeBindingMode']) throw invalidObject(type, name, `volumeBindingMode: Invalid value: "${String(object['volumeBindingMode'])}": field is immutable`);
  }
};

const claim: Rules = {
  typeId: 'persistentvolumeclaim',
  mutate({ operation, object, cluster }) {
    if (operation !== 'CREATE') return;
    const spec = (object.spec ??= {});
    spec['volumeMode'] ??= 'Filesystem';
    if (spec['storageClassName'] === undefined) {
      const standard = cluster.store.list('storage.k8s.io.storageclass').find((candidate) => candidate.metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true');
      if (standard !== undefined) spec['storageClassName'] = standard.metadata.name;
    }
    object.status = { phase: 'Pending' };
  },
  validate({ operation, type, object, old }) {
    if (operation === 'DELETE') return;
    const { name } = object.metadata;
    const modes: unknown = object.spec?.['accessModes'];
    if (!Array.isArray(modes) || modes.length === 0) throw invalidObject(type, name, 'spec.accessModes: Required value: at least 1 access mode is required');
    const size = record(object.spec, 'resources', 'requests')?.['storage'];
    if (size === undefined) throw invalidObject(type, name, 'spec.resources[storage]: Required value');
    if (!(quantity(size) > 0)) throw invalidObject(type, name, `spec.resources[storage]: Invalid value: "${String(size as string)}": must be greater than zero`);
    if (operation !== 'UPDATE' || old === undefined) return;
    const fixed = (spec: unknown): unknown => ({ ...(record(spec) ?? {}), resources: undefined, volumeName: undefined, volumeAttributesClassName: undefined });
    if (!isSame(fixed(object.spec), fixed(old.spec))) {
      throw invalidObject(type, name, 'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims');
    }
    const before = record(old.spec, 'resources', 'requests')?.['storage'];
    if (quantity(size) < quantity(before)) throw invalidObject(type, name, 'spec.resources.requests.storage: Forbidden: field can not be less than status.capacity');
  }
};

const secret: Rules = {
  typeId: 'secret',
  mutate({ object }) {
    if (object['type'] === undefined || object['type'] === '') object['type'] = 'Opaque';
    const plain = record(object, 'stringData');
    if (plain === undefined) return;
    const data: Record<string, unknown> = { ...record(object, 'data') };
    for (const [key, value] of Object.entries(plain)) data[key] = Buffer.from(String(value as string)).toString('base64');
    object['data'] = data;
    delete object['stringData'];
  }
};

const namespace: Rules = {
  typeId: 'namespace',
  mutate({ operation, object }) {
    object.metadata.labels = { ...object.metadata.labels, 'kubernetes.io/metadata.name': object.metadata.name };
    if (operation === 'CREATE') object.status = { phase: 'Active' };
  }
};

export const kubernetesRules: readonly Rules[] = [storageClass, claim, secret, namespace];
