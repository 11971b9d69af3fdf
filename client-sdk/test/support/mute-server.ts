import { createServer, type AddressInfo, type Socket } from 'node:net';

/** Accepts connections and says nothing, as a captive portal or a proxy whose server hangs does. */
export class MuteServer {
  /** How many connections have come. */
  accepted = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => {
    this.accepted++;
    this.#sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
    // Nothing reads it otherwise, and who does not read never hears that the other side is gone.
    socket.resume();
  });

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How many connections there are now. */
  get open(): number {
    return this.#sockets.size;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
