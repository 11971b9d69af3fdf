/** Metrics of the bus. */
export interface BusMetrics {
  published(bytes: number): void;
  received(bytes: number): void;
  /** The log was read again because updates of other servers were missing or may have been. */
  resynced(): void;
}

export const NO_BUS_METRICS: BusMetrics = {
  published: () => undefined,
  received: () => undefined,
  resynced: () => undefined,
};
