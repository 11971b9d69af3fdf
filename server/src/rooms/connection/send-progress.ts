import type { Socket } from 'node:net';

/** How far the data that was written to a socket has got. */
export interface SendProgress {
  /** Bytes that the kernel has taken. */
  readonly taken: number;
  /** Bytes that the kernel does not take at present: the peer has to read first. */
  readonly waiting: number;
}

interface Handle {
  readonly bytesWritten: number;
  readonly writeQueueSize: number;
}

/**
 * The progress of a socket, byte by byte. The public counters of a large write change only when all of it is gone.
 *
 * Node's own timeouts use the same internal handle. If it is missing, nothing is known to wait.
 */
export function sendProgressOf(socket: Socket): SendProgress {
  const { _handle: handle } = socket as unknown as { readonly _handle?: Partial<Handle> | null };
  const { bytesWritten = 0, writeQueueSize = 0 } = handle ?? {};
  return { taken: bytesWritten - writeQueueSize, waiting: writeQueueSize };
}
