import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import { toApiError } from '@/api';
import type { HttpClient } from '@/api/contract';
import { parseSimulator } from '../simulator/control';
import type { SimulatorState } from '../simulator/control';
import { pinia } from './pinia';

const defineSimulator = defineStore('simulator', () => {
  const state = shallowRef<SimulatorState | null>(null);
  const problem = shallowRef('');
  const answer = shallowRef('');
  const isBusy = shallowRef(false);

  async function read(http: HttpClient): Promise<void> {
    try {
      state.value = parseSimulator((await http.request<unknown>({ method: 'GET', url: '/simulator' })).data);
    } catch {
      state.value = null;
    }
  }

  let found: Promise<void> | null = null;

  return {
    state,
    problem,
    /** What the last call did, in the simulator's words. */
    answer,
    isBusy,
    isPresent: computed(() => state.value !== null),
    speed: computed(() => state.value?.speed ?? 1),
    /** Reads what the embedded cluster says of itself, once. Never asked of a real cluster, which has no such address. */
    find: (http: HttpClient): Promise<void> => (found ??= read(http)),
    /** Sends a control call, then reads the state anew. Its failure is kept in `problem`. Tells whether it worked. */
    async send(http: HttpClient, command: string, body: Readonly<Record<string, unknown>>): Promise<boolean> {
      isBusy.value = true;
      problem.value = '';
      answer.value = '';
      try {
        const { data } = await http.request<{ message?: unknown }>({ method: 'POST', url: `/simulator/${ command }`, data: body });

        answer.value = typeof data.message === 'string' ? data.message : '';
        await read(http);

        return true;
      } catch (error) {
        problem.value = toApiError(error).message;

        return false;
      } finally {
        isBusy.value = false;
      }
    }
  };
});

/** The embedded cluster behind this page, when there is one. */
export const useSimulator = (): ReturnType<typeof defineSimulator> => defineSimulator(pinia);
