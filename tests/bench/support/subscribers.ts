/** The subscribers of `simulator.ts`, in a process of their own: `subscribers.ts <WebSocket address> <count> <type>`. */
import { WebSocket } from 'ws';

interface Seen {
  events: number;
  /** Highest revision seen, and whether every one was higher than the one before. */
  lastRevision: number;
  isOrdered: boolean;
  isOpen: boolean;
}

const [url = '', count = '10', resourceType = ''] = process.argv.slice(2);
const seen: Seen[] = [];
let reported = 0;

function report(): void {
  const slowest = Math.min(...seen.map(({ events }) => events));

  // Often enough to pace the writer, rarely enough not to weigh.
  if (slowest - reported >= 250) {
    reported = slowest;
    process.send?.({ slowest });
  }
}

function subscribe(): Promise<void> {
  const mine: Seen = { events: 0, lastRevision: 0, isOrdered: true, isOpen: true };
  const socket = new WebSocket(url);

  seen.push(mine);
  socket.on('close', () => { mine.isOpen = false; });

  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => { socket.send(JSON.stringify({ resourceType })); });
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as { name: string; data?: { metadata: { resourceVersion: string } } };

      if (frame.name === 'resource.start') {
        resolve();
      }
      if (frame.name !== 'resource.change' || !frame.data) {
        return;
      }
      const revision = Number(frame.data.metadata.resourceVersion);

      mine.isOrdered = mine.isOrdered && revision > mine.lastRevision;
      mine.lastRevision = revision;
      mine.events += 1;
      report();
    });
  });
}

process.on('message', (message) => {
  if (message === 'report') {
    process.send?.({ seen });
  }
});
process.on('disconnect', () => { process.exit(0); });
await Promise.all(Array.from({ length: Number(count) }, subscribe));
process.send?.({ isReady: true });
