/** Metrics of the log. */
export interface LogMetrics {
  /**
   * A commit of `updates` updates with `bytes` bytes in `scenes` scenes; `seconds` since the oldest of them arrived.
   */
  committed(commit: {
    readonly seconds: number;
    readonly scenes: number;
    readonly updates: number;
    readonly bytes: number;
  }): void;
  /** The database refused the commit or did not answer. The updates stay in memory. */
  commitFailed(): void;
  /** Bytes that wait to be committed. */
  pending(bytes: number): void;
  compacted(seconds: number): void;
}

export const NO_LOG_METRICS: LogMetrics = {
  committed: () => undefined,
  commitFailed: () => undefined,
  pending: () => undefined,
  compacted: () => undefined,
};
