import type { KubeObject, ResourceType } from '../contract';
import { cellsOf, tableColumns } from './columns';

/** A Kubernetes `Status` of a failure. */
export function statusObject(status: number, reason: string, message: string): Record<string, unknown> {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code: status };
}

/** kubectl's Table of objects. */
export function table(type: ResourceType, objects: readonly KubeObject[], now: number, revision: string, next?: string): Record<string, unknown> {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: revision, ...(next === undefined ? {} : { continue: next }) },
    columnDefinitions: tableColumns(type),
    rows: objects.map((object) => tableRow(type, object, now))
  };
}

export function tableRow(type: ResourceType, object: KubeObject, now: number): Record<string, unknown> {
  return { cells: cellsOf(type, object, now), object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata } };
}
