import type { Bus } from '../../rooms/bus/bus.js';

/**
 * The bus of servers that share a database and nothing else: nothing is ever heard, so what others wrote is found in the
 * log, at the pace for a bus that is away.
 */
export class LogBus implements Bus {
  readonly name = 'log';
  readonly isShared = true;
  readonly isConnected = false;

  async subscribe(): Promise<() => void> {
    return () => undefined;
  }

  publish(): void {}

  watch(): () => void {
    return () => undefined;
  }

  async check(): Promise<void> {}

  async close(): Promise<void> {}
}
