/** What the bench and its cluster say to each other. */
export const NODES = 50;

export type Ask =
  | { readonly ask: 'chatter'; readonly rate: number; readonly seconds: number }
  | { readonly ask: 'control'; readonly command: string; readonly args: Readonly<Record<string, unknown>> };

export type Answer =
  | { readonly answer: 'ready'; readonly url: string; readonly clusterId: string }
  | { readonly answer: 'chatter'; readonly written: number; readonly seen: number }
  | { readonly answer: 'control'; readonly message: string };
