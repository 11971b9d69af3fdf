import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';

/** What stands between a client and the servers it may reach, and can hang or fail as a network does. */
export interface TcpProxy {
  readonly port: number;
  /** Nothing is passed on any more, in either direction; connections stay. */
  stall(): void;
  resume(): void;
  stop(): Promise<void>;
}

/** Passes each connection on to the first of the ports that takes it, as a load balancer would. */
export async function startTcpProxy(ports: () => readonly number[]): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let stalled = false;
  const server = createServer({ pauseOnConnect: true }, (client) => {
    void connectFirst(ports()).then((upstream) => {
      if (upstream === undefined) {
        client.destroy();
        return;
      }
      join(client, upstream);
    });
  });

  function join(client: Socket, upstream: Socket): void {
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('data', (bytes) => {
        if (!to.write(bytes)) from.pause();
      });
      to.on('drain', () => {
        if (!stalled) from.resume();
      });
      from.on('end', () => to.end());
      // The other side learns of an error by the close that follows it.
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      if (!stalled) from.resume();
    }
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stall() {
      stalled = true;
      for (const socket of sockets) socket.pause();
    },
    resume() {
      stalled = false;
      for (const socket of sockets) socket.resume();
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function connectFirst(ports: readonly number[]): Promise<Socket | undefined> {
  for (const port of ports) {
    const socket = createConnection(port, '127.0.0.1');
    const connected = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    if (connected) return socket;
    socket.destroy();
  }
  return undefined;
}
