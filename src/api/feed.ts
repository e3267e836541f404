export { createFeed, subscribeUrl } from './feed/feed';
export type { Feed, FeedOptions } from './feed/feed';
export type { KindSink } from './feed/kind-feed';
export type { SocketLike } from './feed/socket';
