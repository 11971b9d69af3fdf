import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Whoever has not sent all headers by then is cut; also how long a new connection may say nothing. */
const HEADERS_MS = 60_000;

export interface HttpServerOptions {
  /** Default 60 s. */
  readonly headersMs?: number;
}

/**
 * A server that bounds how long headers take and not how long a request does: a large upload over a slow line may take an hour.
 * Whether its body still comes the app sees to, see `stalledBodies`.
 */
export const createHttpServer = (
  app: RequestListener,
  { headersMs = HEADERS_MS }: HttpServerOptions = {},
): Server =>
  createServer(
    { requestTimeout: 0, headersTimeout: headersMs, connectionsCheckingInterval: headersMs / 2 },
    app,
  );

/** Listens and resolves with the port, which the system chose where `port` is 0. Rejects when the address is taken. */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Stops taking requests, lets those under way end for `graceMs`, then cuts the rest. */
export async function closeServer(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(cut);
}
