/** An answer that is not a success: Steve's JSON error object, or a Kubernetes Status on the raw paths. */
export class HttpError extends Error {
  constructor(readonly status: number, readonly code: string, message: string) {
    super(message);
  }
}

/** The answer is made of nothing but its status: what Steve gives for a type it has no schema for. */
export class EmptyAnswer extends Error {
  constructor(readonly status: number) {
    super(`HTTP ${String(status)}`);
  }
}
