import type { Socket } from 'node:net';

/** What has become of what was written to a socket. */
export interface SendProgress {
  /** Bytes that the system has taken. */
  readonly taken: number;
  /** Bytes that it does not take for now: the other side has to read first. */
  readonly waiting: number;
}

interface Handle {
  readonly bytesWritten: number;
  readonly writeQueueSize: number;
}

/**
 * How far a socket has come, byte by byte: the public figures of one that is written ten megabytes change once these are all gone.
 *
 * Node's own timeouts look at the same; where it is not there any more, nothing is known to wait.
 */
export function sendProgressOf(socket: Socket): SendProgress {
  const { _handle: handle } = socket as unknown as { readonly _handle?: Partial<Handle> | null };
  const { bytesWritten = 0, writeQueueSize = 0 } = handle ?? {};
  return { taken: bytesWritten - writeQueueSize, waiting: writeQueueSize };
}
