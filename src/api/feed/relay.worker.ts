import { createRelay, type ToRelay } from './relay';

const relay = createRelay({
  open: (url) => new WebSocket(url),
  post: (message) => { self.postMessage(message); },
  end: () => { self.close(); }
});

self.addEventListener('message', ({ data }: MessageEvent<ToRelay>) => { relay(data); });
