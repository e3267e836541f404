import { StoreError } from '../contract';

/** A failure that calls of a certain kind meet before anything looks at them. */
export interface CallFault {
  status: number;
  /** Only calls for this schema id; all when absent. */
  type?: string;
  /** Only this HTTP method; all when absent. */
  method?: string;
  /** How many calls it meets; without end when absent. */
  count?: number;
}

const ANSWERS: Readonly<Record<number, { code: string; message: string }>> = {
  400: { code: 'BadRequest', message: 'the server rejected our request' },
  401: { code: 'Unauthorized', message: 'Unauthorized 401: must authenticate' },
  403: { code: 'Forbidden', message: 'is forbidden: User "simulated" cannot access this resource' },
  404: { code: 'NotFound', message: 'the server could not find the requested resource' },
  409: { code: 'Conflict', message: 'Operation cannot be fulfilled: the object has been modified; please apply your changes to the latest version and try again' },
  429: { code: 'TooManyRequests', message: 'the server has received too many requests and has asked us to try again later' },
  500: { code: 'InternalError', message: 'Internal error occurred: simulated' },
  502: { code: 'BadGateway', message: 'Bad Gateway' },
  503: { code: 'ServiceUnavailable', message: 'the server is currently unable to handle the request' },
  504: { code: 'Timeout', message: 'Timeout: request did not complete within the allotted duration' }
};

export interface FaultAnswer {
  status: number;
  code: string;
  message: string;
}

/** What is wrong between the clients and the API right now. Wall-clock time throughout. */
export class ApiFaults {
  /** Milliseconds added before every answer. */
  latency = 0;
  duplicateEvents = false;
  /** Swaps neighbouring events of a socket. */
  reorderEvents = false;
  private readonly calls: CallFault[] = [];
  private offlineUntil = 0;

  get isOffline(): boolean {
    return performance.now() < this.offlineUntil;
  }

  /** Connections are cut and new ones refused for so long. */
  goOffline(ms: number): void {
    if (!(ms >= 0) || ms > 86_400_000) throw new StoreError(422, 'Invalid', `offline: seconds must be between 0 and 86400`);
    this.offlineUntil = performance.now() + ms;
  }

  add(fault: CallFault): void {
    if (ANSWERS[fault.status] === undefined) throw new StoreError(422, 'Invalid', `status ${String(fault.status)} is not simulated; known: ${Object.keys(ANSWERS).join(', ')}`);
    this.calls.push({ ...fault, ...(fault.method === undefined ? {} : { method: fault.method.toUpperCase() }) });
  }

  clear(): void {
    this.calls.length = 0;
    this.latency = 0;
    this.offlineUntil = 0;
    this.duplicateEvents = false;
    this.reorderEvents = false;
  }

  /** The failure this call meets, if any; uses up a fault that has a count. */
  meet(method: string, typeId: string | undefined): FaultAnswer | undefined {
    const index = this.calls.findIndex((fault) => (fault.type === undefined || fault.type === typeId) && (fault.method === undefined || fault.method === method));
    const fault = this.calls[index];
    if (fault === undefined) return undefined;
    if (fault.count !== undefined && --fault.count <= 0) this.calls.splice(index, 1);
    const answer = ANSWERS[fault.status] ?? { code: 'InternalError', message: '' };
    return { status: fault.status, code: answer.code, message: fault.status === 403 && typeId !== undefined ? `${typeId} ${answer.message}` : answer.message };
  }

  /** How event frames get to one socket: duplicated or swapped when so set. */
  tamper(): (frame: string, deliver: (frame: string) => void) => void {
    let held: string | undefined;
    return (frame, deliver) => {
      if (this.reorderEvents && held === undefined && frame.startsWith('{"name":"resource.change"')) {
        held = frame;
        setTimeout(() => {
          if (held !== frame) return;
          held = undefined;
          deliver(frame);
        }, 200).unref();
        return;
      }
      deliver(frame);
      if (this.duplicateEvents && frame.startsWith('{"name":"resource.c')) deliver(frame);
      if (held !== undefined) {
        const late = held;
        held = undefined;
        deliver(late);
      }
    };
  }

  describe(): Record<string, unknown> {
    return {
      latency: this.latency,
      offlineForMs: Math.max(0, Math.round(this.offlineUntil - performance.now())),
      duplicateEvents: this.duplicateEvents,
      reorderEvents: this.reorderEvents,
      calls: this.calls.map((fault) => ({ ...fault }))
    };
  }
}
