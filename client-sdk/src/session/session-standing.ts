import type { DioramaError } from '@diorama/shared';
import type { SessionStatus } from './session-events.js';

export interface SessionStandingOptions {
  readonly isConnected: () => boolean;
  /** Whether the server has acknowledged every edit on this connection. */
  readonly isStored: () => boolean;
  readonly onStatus: (status: SessionStatus) => void;
  readonly onSaved: (saved: boolean) => void;
}

/** How a session stands with the server, and why; tells when that changes. */
export class SessionStanding {
  /** Why the session ended, is offline, or cannot save at present. */
  error: DioramaError | undefined;
  readonly #options: SessionStandingOptions;
  #ended = false;
  #wasDown = false;
  #everSynced = false;
  #lastStatus: SessionStatus = 'connecting';
  #lastSaved = false;

  constructor(options: SessionStandingOptions) {
    this.#options = options;
  }

  get ended(): boolean {
    return this.#ended;
  }

  get status(): SessionStatus {
    if (this.#ended) return 'offline';
    if (!this.#options.isConnected()) return this.#wasDown ? 'offline' : 'connecting';
    if (!this.#everSynced) return 'connecting';
    return this.saved ? 'saved' : 'saving';
  }

  get saved(): boolean {
    return !this.#ended && this.#options.isConnected() && this.#options.isStored();
  }

  synced(): void {
    this.error = undefined;
    this.#everSynced = true;
  }

  down(error: DioramaError): void {
    this.error = error;
    this.#wasDown = true;
  }

  end(error: DioramaError | undefined): void {
    this.error = error;
    this.#ended = true;
  }

  /** To be called when something that it is made of may have changed. */
  report(): void {
    const { status, saved } = this;
    const [statusChanged, savedChanged] = [status !== this.#lastStatus, saved !== this.#lastSaved];
    this.#lastStatus = status;
    this.#lastSaved = saved;
    if (statusChanged) this.#options.onStatus(status);
    if (savedChanged) this.#options.onSaved(saved);
  }
}
