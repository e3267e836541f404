import type { KubeObject, ResourceType } from '../contract';
import { fieldsOf, tableColumns } from './columns';

/** A Kubernetes `Status` of a failure. */
export function statusObject(status: number, reason: string, message: string): Record<string, unknown> {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code: status };
}

/** kubectl's Table of objects. */
export function table(type: ResourceType, objects: readonly KubeObject[], revision: string, next?: string): Record<string, unknown> {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: revision, ...(next === undefined ? {} : { continue: next }) },
    columnDefinitions: tableColumns(type),
    rows: objects.map((object) => tableRow(type, object))
  };
}

export function tableRow(type: ResourceType, object: KubeObject): Record<string, unknown> {
  return { cells: fieldsOf(type, object).map((cell) => (typeof cell === 'object' ? JSON.stringify(cell) : cell)), object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata } };
}
