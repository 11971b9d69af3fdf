/** What the log measures of itself. */
export interface LogMetrics {
  /** A commit of `updates` updates with `bytes` bytes in `scenes` scenes; `seconds` since the oldest of them came. */
  committed(commit: {
    readonly seconds: number;
    readonly scenes: number;
    readonly updates: number;
    readonly bytes: number;
  }): void;
  /** The database refused or did not answer; the updates stay in memory. */
  commitFailed(): void;
  /** Bytes that wait for their commit. */
  pending(bytes: number): void;
  compacted(seconds: number): void;
}

export const NO_LOG_METRICS: LogMetrics = {
  committed: () => undefined,
  commitFailed: () => undefined,
  pending: () => undefined,
  compacted: () => undefined,
};
