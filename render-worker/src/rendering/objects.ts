/** Reads objects by key. */
export interface ObjectReader {
  /** Throws `storage_unavailable` when it is not there. */
  read(key: string): Promise<Uint8Array>;
}

/** Stores objects by key. */
export interface ObjectWriter {
  /** Stores the whole object or nothing. */
  write(key: string, bytes: Uint8Array): Promise<void>;
}
