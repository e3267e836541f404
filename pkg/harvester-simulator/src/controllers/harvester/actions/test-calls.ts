import { afterEach } from 'vitest';
import type { RunningCluster } from '../../../cluster';
import { ActionError, type ActionResult } from '../../../contract';
import { findCondition } from '../support/conditions';
import { TYPE } from '../support/types';
import { createMachine, createWorld, get, printable, until, type MachineOptions, type WorldOptions } from '../test-support';
import { actionHandlers } from './index';

/** Test support: actions called as the HTTP surface calls them. */

const worlds: RunningCluster[] = [];
afterEach(() => {
  for (const world of worlds.splice(0)) world.stop();
});

/** A cluster that is stopped when the test ends. */
export function open(options: WorldOptions = {}): RunningCluster {
  const cluster = createWorld(options);
  worlds.push(cluster);
  return cluster;
}

/** A cluster with one machine, `vm1`, that runs and whose agent answers. */
export async function running(options: MachineOptions = {}, worldOptions: WorldOptions = {}): Promise<RunningCluster> {
  const cluster = open(worldOptions);
  createMachine(cluster, 'vm1', options);
  await until(cluster, () => printable(cluster, 'vm1') === 'Running' && findCondition(get(cluster, 'vmi', 'vm1'), 'AgentConnected')?.status === 'True');
  return cluster;
}

function handlerOf(typeId: string, action: string): (typeof actionHandlers)[number] {
  const handler = actionHandlers.find((candidate) => candidate.typeId === typeId && candidate.action === action);
  if (handler === undefined) throw new Error(`no handler ${action}`);
  return handler;
}

export async function call(cluster: RunningCluster, key: string, action: string, body: Record<string, unknown> = {}, typeId: string = TYPE.vm): Promise<ActionResult> {
  const object = cluster.store.get(typeId, key);
  if (object === undefined) throw new Error(`no ${key}`);
  return handlerOf(typeId, action).run(cluster, object, body, 'admin');
}

/** Status and text of the refusal. */
export async function refusal(cluster: RunningCluster, key: string, action: string, body: Record<string, unknown> = {}, typeId: string = TYPE.vm): Promise<[number, string]> {
  try {
    const result = await call(cluster, key, action, body, typeId);
    throw new Error(`${action} was not refused: ${result.status}`);
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    return [error.status, error.message];
  }
}

export function offered(cluster: RunningCluster, key: string, typeId: string = TYPE.vm): string[] {
  const object = cluster.store.get(typeId, key);
  return object === undefined ? [] : actionHandlers.filter((handler) => handler.typeId === typeId && handler.isOffered(cluster, object)).map(({ action }) => action).sort();
}
