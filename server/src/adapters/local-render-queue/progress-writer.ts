export interface ProgressWriterOptions {
  readonly write: (progress: number, stage: string) => Promise<void>;
  /** Least time between two writes. */
  readonly intervalMs: number;
  /** Progress is for show: what could not be written is reported and forgotten. */
  readonly onError: (error: unknown) => void;
}

const STAGE_MAX_LENGTH = 200;

/** Writes the latest progress, at most once in an interval, and never two at a time. */
export class ProgressWriter {
  readonly #options: ProgressWriterOptions;
  #latest: readonly [number, string] | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;

  constructor(options: ProgressWriterOptions) {
    this.#options = options;
  }

  set(progress: number, stage: string): void {
    this.#latest = [Math.min(Math.max(progress, 0), 1), stage.slice(0, STAGE_MAX_LENGTH)];
    if (this.#writing === undefined && this.#timer === undefined) this.#write();
  }

  /** Writes nothing more; resolves when the last write has ended. */
  async close(): Promise<void> {
    this.#latest = undefined;
    clearTimeout(this.#timer);
    await this.#writing;
  }

  #write(): void {
    if (this.#latest === undefined) return;
    const [progress, stage] = this.#latest;
    this.#latest = undefined;
    const { write, intervalMs, onError } = this.#options;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#writing === undefined) this.#write();
    }, intervalMs);
    this.#writing = write(progress, stage)
      .catch(onError)
      .finally(() => {
        this.#writing = undefined;
        if (this.#timer === undefined) this.#write();
      });
  }
}
