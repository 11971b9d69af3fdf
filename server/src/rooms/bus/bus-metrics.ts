/** What the servers' talk with each other measures of itself. */
export interface BusMetrics {
  published(bytes: number): void;
  received(bytes: number): void;
  /** The log was read again, since something from other servers was missing or may have been. */
  resynced(): void;
}

export const NO_BUS_METRICS: BusMetrics = {
  published: () => undefined,
  received: () => undefined,
  resynced: () => undefined,
};
