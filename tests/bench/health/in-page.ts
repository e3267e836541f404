/* Functions that run inside the page. They are sent as text: nothing outside their bodies exists for them. */

interface Probe {
  readonly firsts: Record<string, number>;
  watch(name: string, selector: string, pattern: string): void;
}

declare global {
  interface Window { lhv2Probe: Probe }
}

/** Notes when a selector (whose text matches) is first on the page, milliseconds since the navigation began. */
export function installProbe(): void {
  const wanted: { name: string; selector: string; pattern: RegExp }[] = [];
  const firsts: Record<string, number> = {};
  const look = (): void => {
    for (const { name, selector, pattern } of wanted) {
      if (firsts[name] === undefined) {
        const element = document.querySelector(selector);

        if (element && pattern.test(element.textContent ?? '')) {
          firsts[name] = performance.now();
        }
      }
    }
    // Looking costs, too: it ends when all has been seen.
    if (wanted.length === 0 || wanted.some(({ name }) => firsts[name] === undefined)) {
      requestAnimationFrame(look);
    }
  };

  window.lhv2Probe = { firsts, watch: (name, selector, pattern) => { wanted.push({ name, selector, pattern: new RegExp(pattern) }); } };
  requestAnimationFrame(look);
}

export interface Reaction {
  /** From the action to the frame after the first change of the list. */
  readonly firstPaintMs: number | null;
  /** From the action until the main thread is free for a second: everything that the action set off is over. */
  readonly settledMs: number;
  /** Longest time without a turn for anything else. */
  readonly longestBlockMs: number;
}

/** Does something to a table and watches what becomes of it. `text` null clicks the element, otherwise types into it. */
export async function react({ target, text, list }: { target: string; text: string | null; list: string }): Promise<Reaction> {
  const BUSY_MS = 30;
  const QUIET_MS = 1000;
  const element = document.querySelector<HTMLElement>(target);
  const container = document.querySelector(list);

  if (!element || !container) {
    throw new Error(`not on the page: ${ element ? list : target }`);
  }
  let firstPaint: number | null = null;
  const begun = performance.now();
  const observer = new MutationObserver(() => {
    observer.disconnect();
    requestAnimationFrame(() => { setTimeout(() => { firstPaint = performance.now() - begun; }, 0); });
  });

  observer.observe(container, { childList: true, subtree: true, characterData: true });
  if (text === null) {
    element.click();
  } else {
    (element as HTMLInputElement).value = text;
    element.dispatchEvent(new Event('input', { bubbles: true }));
  }
  let last = performance.now();
  let lastBusy = last;
  let longest = last - begun;

  do {
    await new Promise((resolve) => { setTimeout(resolve, 5); });
    const now = performance.now();

    if (now - last > BUSY_MS) {
      lastBusy = now;
      longest = Math.max(longest, now - last);
    }
    last = now;
  } while (last - lastBusy < QUIET_MS);
  observer.disconnect();

  return { firstPaintMs: firstPaint, settledMs: Math.max(firstPaint ?? 0, lastBusy - begun), longestBlockMs: longest };
}

/** Scrolls an element by so many pixels each frame, there and back. Milliseconds of each frame. */
export async function scrollThrough({ target, frames, step }: { target: string; frames: number; step: number }): Promise<number[]> {
  const element = target === '' ? document.scrollingElement : document.querySelector(target);
  const times: number[] = [];

  if (!element) {
    throw new Error(`not on the page: ${ target }`);
  }
  let last = await new Promise<number>((resolve) => { requestAnimationFrame(resolve); });
  // Kept here, because reading it back would force a layout that scrolling by hand does not.
  let top = element.scrollTop;

  for (let frame = 0; frame < frames; frame += 1) {
    top += frame < frames / 2 ? step : -step;
    element.scrollTop = top;
    const now = await new Promise<number>((resolve) => { requestAnimationFrame(resolve); });

    times.push(now - last);
    last = now;
  }

  return times;
}

export interface Held { readonly kind: string; readonly held: number; readonly fresh: number; readonly wrong: number }

/** Compares what our inventory holds with fresh lists: an object is wrong when it is missing, left over or of another revision. */
export async function compareWithFreshLists(base: string): Promise<Held[]> {
  interface RecordLike { readonly meta: { readonly id: string; readonly resourceVersion: string } }
  interface InventoryLike { all(kind: string): Iterable<RecordLike>; readState(kind: string): { readonly status: string } }
  interface Node { component?: { provides: Record<symbol, unknown>; subTree: Node } | null; suspense?: { activeBranch: Node } | null; children?: unknown }
  interface Listed { readonly id: string; readonly metadata: { readonly resourceVersion: string } }
  const queue: Node[] = [(document.getElementById('app') as unknown as { _vnode: Node })._vnode];
  let inventory: InventoryLike | null = null;

  for (let node = queue.pop(); node && !inventory; node = queue.pop()) {
    const { component, suspense, children } = node;
    const key = component && Object.getOwnPropertySymbols(component.provides).find(({ description }) => description === 'lhv2-cluster');

    if (component && key) {
      inventory = (component.provides[key] as { inventory: InventoryLike }).inventory;
    }
    queue.push(...[component?.subTree, suspense?.activeBranch, ...(Array.isArray(children) ? children as Node[] : [])].filter((each): each is Node => typeof each === 'object'));
  }
  if (!inventory) {
    throw new Error('no inventory on the page');
  }
  const result: Held[] = [];

  for (const [kind, plural] of [['longhorn.io.volume', 'longhorn.io.volumes'], ['longhorn.io.engine', 'longhorn.io.engines'], ['longhorn.io.replica', 'longhorn.io.replicas'], ['longhorn.io.node', 'longhorn.io.nodes'], ['persistentvolumeclaim', 'persistentvolumeclaims']] as const) {
    const { data } = await (await fetch(`${ base }/${ plural }?exclude=metadata.managedFields`)).json() as { data: Listed[] };
    const held = new Map([...inventory.all(kind)].map(({ meta }) => [meta.id, meta.resourceVersion]));
    const wrong = data.filter(({ id, metadata }) => held.get(id) !== metadata.resourceVersion).length + [...held.keys()].length - data.filter(({ id }) => held.has(id)).length;

    result.push({ kind, held: held.size, fresh: data.length, wrong });
  }

  return result;
}
