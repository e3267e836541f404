/** The shell is JavaScript, or TypeScript under other rules: the tests say themselves what they expect of it. */
declare module '@shell/*' {
  const value: never;
  export default value;
  export const createExtensionManager: (context: unknown) => unknown;
  export const TabLocation: Readonly<Record<string, string>>;
  export const PanelLocation: Readonly<Record<string, string>>;
  export const TableColumnLocation: Readonly<Record<string, string>>;
  export const ExtensionPoint: Readonly<Record<string, string>>;
}
declare module 'vuex' {
  export interface Store<S> {
    readonly state: S;
    readonly getters: Record<string, unknown>;
    dispatch(type: string, payload?: unknown): Promise<unknown>;
    commit(type: string, payload?: unknown): void;
    subscribeAction(subscriber: unknown): () => void;
  }
  export function createStore<S>(options: never): Store<S>;
}
