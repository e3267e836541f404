/** Resolves `vitest` to the one beside this file, for whoever asks from the copy that is mutated. */
const STAND_IN = new URL('./vitest.mjs', import.meta.url).href;

export function resolve(specifier, context, next) {
  return specifier === 'vitest' ? { url: STAND_IN, shortCircuit: true } : next(specifier, context);
}
