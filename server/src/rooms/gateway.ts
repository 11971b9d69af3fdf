import { DioramaError, newKey, SUBPROTOCOL } from '@diorama/shared';
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import type { Authenticator } from '../access/authenticator.js';
import { onConnection, type Principal } from '../access/principal.js';
import type { SceneAccess } from '../access/scene-access.js';
import type { Logger } from '../observability/logger.js';
import { DEFAULT_CONNECTION_LIMITS, type ConnectionLimits } from './checks/connection-budget.js';
import { Connection } from './connection/connection.js';
import type { LiveAccess } from './connection/live-access.js';
import { DRAIN_BOUNDS, retryAfterMs, runHooks, type DrainBounds, type DrainHook } from './drain.js';
import { NO_REALTIME_METRICS, type RealtimeMetrics } from './realtime-metrics.js';
import type { RoomRegistry } from './room-registry.js';
import { ConnectionAuthorization } from './connection/connection-authorization.js';
import { DEFAULT_TOKEN_TIMING, type TokenTiming } from './connection/token-watch.js';

export interface SyncGatewayOptions {
  readonly authenticator: Authenticator;
  readonly access: SceneAccess;
  readonly liveAccess: LiveAccess;
  /** Whether there may be other servers, which may also change roles. */
  readonly isShared: () => boolean;
  readonly rooms: RoomRegistry;
  readonly logger: Logger;
  readonly metrics?: RealtimeMetrics;
  /** A larger frame closes its connection with 1009. Default 16 MiB. */
  readonly maxFrameBytes?: number;
  /** What a connection may send per second. */
  readonly connectionLimits?: Partial<ConnectionLimits>;
  readonly tokenTiming?: Partial<TokenTiming>;
  /**
   * Interval of the pings. A connection that leaves eight in a row unanswered, and reads nothing, is terminated.
   * Default 15,000 ms.
   */
  readonly pingIntervalMs?: number;
  /**
   * Interval of the checks for stalled messages. Default 5,000 ms, so that a message is cut after 30 s without
   * progress.
   */
  readonly stallCheckIntervalMs?: number;
  readonly drain?: Partial<DrainBounds>;
  /** A number in [0, 1) that spreads the reconnections when the server stops. */
  readonly random?: () => number;
}

/** Most fragments of one message. Browsers send large messages in fragments of 64 KiB and more. */
const MOST_FRAGMENTS = 4_096;
/**
 * `ws` stores a message in the chunks in which it was read. They are as large as the data that has arrived, usually at
 * least a TCP segment.
 */
const LEAST_CHUNK_BYTES = 256;
const LEAST_CHUNKS = 1_024;

/** What a client says about itself when it connects. */
interface Caller {
  readonly token: string | undefined;
  /** Distinguishes guests of one link: a guest that comes back has the same session. */
  readonly session: string | undefined;
}

const PATH_PREFIX = '/v1/sync/';

/** A request contains only path and query; any origin makes it a URL. */
const ORIGIN = 'ws://localhost';

/**
 * Accepts WebSocket connections at `/v1/sync/{sceneId}`. The token comes as `?token=` or as a bearer header;
 * `?session=` distinguishes guests.
 *
 * A refusal is a close code of the error catalogue with the error code as the reason, since browsers hide the status of
 * a refused upgrade.
 */
export class SyncGateway {
  readonly #options: SyncGatewayOptions;
  readonly #logger: Logger;
  readonly #metrics: RealtimeMetrics;
  readonly #maxFrameBytes: number;
  readonly #webSockets: WebSocketServer;
  readonly #connections = new Set<Connection>();
  readonly #heartbeat: NodeJS.Timeout;
  readonly #stallCheck: NodeJS.Timeout;
  readonly #drain: DrainBounds;
  readonly #hooks: DrainHook[] = [];
  #draining = false;

  constructor(options: SyncGatewayOptions) {
    this.#options = options;
    this.#logger = options.logger;
    this.#metrics = options.metrics ?? NO_REALTIME_METRICS;
    this.#maxFrameBytes = options.maxFrameBytes ?? 16 * 1024 * 1024;
    this.#drain = { ...DRAIN_BOUNDS, ...options.drain };
    this.#webSockets = new WebSocketServer({
      noServer: true,
      clientTracking: true,
      maxPayload: this.#maxFrameBytes,
      // A client may fragment messages into single bytes, and each fragment costs some hundred bytes until the message
      // is complete.
      maxFragments: MOST_FRAGMENTS,
      maxBufferedChunks: Math.max(LEAST_CHUNKS, Math.ceil(this.#maxFrameBytes / LEAST_CHUNK_BYTES)),
      autoPong: false,
      // Ready-made frames are shared by all connections, which a stateful extension would prevent.
      perMessageDeflate: false,
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    });
    this.#heartbeat = setInterval(() => {
      for (const connection of this.#connections) connection.checkAlive();
    }, options.pingIntervalMs ?? 15_000);
    this.#heartbeat.unref();
    this.#stallCheck = setInterval(() => {
      for (const connection of this.#connections) connection.checkStalledMessage();
    }, options.stallCheckIntervalMs ?? 5_000);
    this.#stallCheck.unref();
  }

  attach(server: Server): void {
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) =>
      this.#upgrade(request, socket, head),
    );
  }

  get isDraining(): boolean {
    return this.#draining;
  }

  /**
   * Registers what must still be written when the server stops. It runs after all edits are stored, while the database
   * is available.
   */
  onDrain(hook: DrainHook): void {
    this.#hooks.push(hook);
  }

  /**
   * Stores everything, closes all connections with 1012 and accepts no more.
   *
   * Throws, after that, if something could not be stored in time.
   */
  async close(): Promise<void> {
    this.#draining = true;
    clearInterval(this.#heartbeat);
    clearInterval(this.#stallCheck);
    const { random = Math.random, rooms } = this.#options;
    const all = [...this.#connections];
    const untold = all.filter((connection) => {
      // Clients keep what they write from now on, and send it to the next server.
      connection.pause();
      return !connection.announceDraining(retryAfterMs(all.length, random()));
    });
    const lost = await rooms.drain(this.#drain.flushMs);
    const failed = await runHooks(this.#hooks, this.#drain.hooksMs, this.#logger);
    await this.#closeConnections(untold);
    rooms.close();
    await this.#closeServer();
    if (lost.length > 0)
      throw new Error(`Edits of ${lost.length} scenes could not be stored: ${lost.join(', ')}`);
    if (failed.length > 0) throw new Error(`Not finished: ${failed.join(', ')}`);
  }

  /**
   * Closes clients that know when to reconnect at once. The `untold` ones reconnect immediately, so they are closed one
   * by one.
   */
  async #closeConnections(untold: readonly Connection[]): Promise<void> {
    const later = new Set(untold);
    for (const connection of [...this.#connections]) if (!later.has(connection)) connection.close('draining');
    const { staggerMs } = this.#drain;
    const pause = Math.min(staggerMs / Math.max(1, untold.length), 10);
    for (const [at, connection] of untold.entries()) {
      if (at > 0) await new Promise((resolve) => setTimeout(resolve, pause));
      connection.close('draining');
    }
  }

  async #closeServer(): Promise<void> {
    const cut = setTimeout(() => {
      for (const webSocket of this.#webSockets.clients) webSocket.terminate();
    }, this.#drain.closeMs);
    await new Promise<void>((resolve) => this.#webSockets.close(() => resolve()));
    clearTimeout(cut);
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const target = request.url ?? '';
    const url = URL.canParse(target, ORIGIN) ? new URL(target, ORIGIN) : undefined;
    if (url?.pathname.startsWith(PATH_PREFIX) !== true) {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const sceneId = url.pathname.slice(PATH_PREFIX.length);
    const caller = {
      token: url.searchParams.get('token') ?? bearerToken(request),
      session: url.searchParams.get('session') ?? undefined,
    };
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      if (this.#draining) {
        const draining = new DioramaError('draining');
        webSocket.close(draining.closeCode, draining.code);
        return;
      }
      const connection = new Connection({
        webSocket,
        socket,
        sceneId,
        maxFrameBytes: this.#maxFrameBytes,
        limits: { ...DEFAULT_CONNECTION_LIMITS, ...this.#options.connectionLimits },
        logger: this.#logger,
        metrics: this.#metrics,
        onClosed: () => this.#connections.delete(connection),
      });
      this.#connections.add(connection);
      void this.#open(connection, sceneId, caller);
    });
  }

  #authorize(connection: Connection, sceneId: string, identity: Principal): ConnectionAuthorization {
    const { authenticator, liveAccess, tokenTiming } = this.#options;
    const authorization: ConnectionAuthorization = new ConnectionAuthorization({
      sceneId,
      connection,
      identity,
      authenticator,
      timing: { ...DEFAULT_TOKEN_TIMING, ...tokenTiming },
      now: Date.now,
      logger: this.#logger,
      renewed: () => void liveAccess.review([authorization]),
    });
    return authorization;
  }

  async #open(connection: Connection, sceneId: string, { token, session }: Caller): Promise<void> {
    const { access, authenticator, liveAccess, rooms } = this.#options;
    try {
      const identity = onConnection(await authenticator.authenticate(token), session, newKey());
      const authorization = this.#authorize(connection, sceneId, identity);
      liveAccess.register(authorization);
      connection.onceClosed(() => liveAccess.unregister(authorization));
      // Malformed, unknown, another tenant's or not accessible: all are reported as not found, so that they cannot be
      // distinguished.
      let { role } = await access.require(identity, sceneId);
      const { room, release } = await rooms.acquire(sceneId, (stored) => {
        if (!authorization.isStale) connection.preview({ ...identity, role }, stored);
      });
      connection.onceClosed(release);
      // Changes on other servers are heard only from now on, so the role may be outdated.
      if (this.#options.isShared()) authorization.invalidate();
      while (authorization.consumeStale()) ({ role } = await access.require(identity, sceneId));
      if (connection.open(room, { ...identity, role }, (next) => authorization.renew(next)))
        authorization.opened();
      else release();
    } catch (error) {
      if (!(error instanceof DioramaError))
        this.#logger.error({ err: error }, 'a connection could not be opened');
      const known = error instanceof DioramaError ? error : new DioramaError('internal');
      connection.close(known.code, known.message);
    }
  }
}

const bearerToken = (request: IncomingMessage): string | undefined =>
  /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
