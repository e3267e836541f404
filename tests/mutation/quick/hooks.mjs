/**
 * Resolves `vitest` to the one beside this file, for whoever asks from the copy that is mutated; and where a module was
 * asked for with `?mutant=…`, all that it imports of the copy is loaded afresh for that mutant, too.
 */
const STAND_IN = new URL('./vitest.mjs', import.meta.url).href;

export async function resolve(specifier, context, next) {
  if (specifier === 'vitest') return { url: STAND_IN, shortCircuit: true };
  const resolved = await next(specifier, context);
  const mutant = /[?&]mutant=(\d+)/.exec(context.parentURL ?? '')?.[1];
  const isOfCopy = resolved.url.includes('/reports/mutation/quick/copy-') && !resolved.url.includes('?');
  return mutant !== undefined && isOfCopy ? { ...resolved, url: `${resolved.url}?mutant=${mutant}` } : resolved;
}
