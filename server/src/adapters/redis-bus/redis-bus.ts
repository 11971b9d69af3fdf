import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { reasonOf } from '../../database/unavailable.js';
import type { Logger } from '../../observability/logger.js';
import type { Bus, BusListener, BusReceiver, ServerId } from '../../rooms/bus/bus.js';

export interface RedisBusOptions {
  /** `redis://` or `rediss://`, with user and password where it needs them. */
  readonly url: string;
  readonly logger: Logger;
  /** How often servers that have scenes open show that they live. Default 500 ms. */
  readonly heartbeatMs?: number;
  /** A server, or Redis, that has not been heard for this long is taken for gone. Default 1,500 ms. */
  readonly silenceMs?: number;
}

const SCENE_CHANNEL = 'diorama:scene:';
const SERVERS_CHANNEL = 'diorama:servers';
const ID_BYTES = 8;
/** How long a start, or the opening of a scene, waits for Redis before it goes on without. */
const PATIENCE_MS = 1_000;
/** Connections that say that they are up and yet let nothing through are made anew after this. */
const RENEW_MS = 10_000;
const RETRY_MOST_MS = 1_000;

/**
 * The bus over Redis' publish and subscribe, on two connections.
 *
 * Whether it works is told by its own heartbeat, which must come back: a Redis that hangs looks like a connection that is up.
 */
export class RedisBus implements Bus {
  readonly name = 'redis';
  readonly isShared = true;
  readonly #logger: Logger;
  readonly #heartbeatMs: number;
  readonly #silenceMs: number;
  readonly #idBytes = randomBytes(ID_BYTES);
  readonly #id: ServerId = this.#idBytes.toString('hex');
  readonly #publisher: Redis;
  readonly #subscriber: Redis;
  readonly #receivers = new Map<string, BusReceiver>();
  readonly #listeners = new Set<BusListener>();
  readonly #heard = new Map<ServerId, number>();
  readonly #timer: NodeJS.Timeout;
  #isConnected = false;
  /** Why it cannot be reached, where that is known. */
  #lastError: Error | undefined;
  #changedAt = performance.now();
  #heardOwn = 0;
  #lastBeat = performance.now();
  #closed = false;

  private constructor(options: RedisBusOptions) {
    this.#logger = options.logger;
    this.#heartbeatMs = options.heartbeatMs ?? 500;
    this.#silenceMs = options.silenceMs ?? 1_500;
    this.#publisher = this.#connect(options.url);
    this.#subscriber = this.#connect(options.url);
    this.#subscriber.on('messageBuffer', (channel: Buffer, message: Buffer) =>
      this.#receive(channel.toString('latin1'), message),
    );
    this.#subscriber.on('ready', () => this.#resubscribe());
    this.#publisher.on('ready', () => this.#sayAlive());
    this.#timer = setInterval(() => this.#beat(), this.#heartbeatMs);
    this.#timer.unref();
  }

  /** Connects. A Redis that is not there is tried again for ever, and does not keep the server from starting. */
  static async open(options: RedisBusOptions): Promise<RedisBus> {
    const bus = new RedisBus(options);
    await bus.#untilConnected();
    if (!bus.isConnected) options.logger.warn(`${bus.#silence}; other servers are heard of through the log`);
    return bus;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  async subscribe(sceneId: string, receive: BusReceiver): Promise<() => void> {
    this.#receivers.set(sceneId, receive);
    const channel = SCENE_CHANNEL + sceneId;
    if (this.#subscriber.status === 'ready') {
      const subscribed = this.#quietly(this.#subscriber.subscribe(channel));
      if (this.#isConnected) await orLater(subscribed);
    }
    return () => {
      if (this.#receivers.get(sceneId) !== receive) return;
      this.#receivers.delete(sceneId);
      if (this.#subscriber.status === 'ready') void this.#quietly(this.#subscriber.unsubscribe(channel));
    };
  }

  publish(sceneId: string, message: Uint8Array): void {
    if (this.#isConnected) this.#send(SCENE_CHANNEL + sceneId, message);
  }

  watch(listener: BusListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async check(): Promise<void> {
    if (!this.#isConnected)
      throw new Error(`${this.#silence}; what other servers write is read from the log every 2 seconds`);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#listeners.clear();
    this.#receivers.clear();
    // What has been published must leave before the connection does.
    if (this.#publisher.status === 'ready') await orLater(this.#quietly(this.#publisher.ping()));
    this.#publisher.disconnect();
    this.#subscriber.disconnect();
  }

  get #silence(): string {
    return this.#lastError === undefined
      ? 'Redis does not answer'
      : `Redis does not answer (${reasonOf(this.#lastError)})`;
  }

  #connect(url: string): Redis {
    const redis = new Redis(url, {
      // What could not be sent at once is old news: the log has it.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      autoResubscribe: false,
      maxRetriesPerRequest: 0,
      protocol: 2,
      connectTimeout: 2_000,
      keepAlive: 5_000,
      retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 10), RETRY_MOST_MS),
    });
    redis.on('error', (error) => {
      this.#lastError = error;
      this.#logger.debug({ err: error }, 'Redis connection');
    });
    redis.on('close', () => this.#lose('the connection to Redis is lost'));
    return redis;
  }

  /** Subscribes to everything again; the heartbeat that comes back then says that it works. */
  #resubscribe(): void {
    const channels = [...this.#receivers.keys()].map((sceneId) => SCENE_CHANNEL + sceneId);
    void this.#quietly(this.#subscriber.subscribe(SERVERS_CHANNEL, ...channels)).then(() => this.#sayAlive());
  }

  #sayAlive(): void {
    if (this.#publisher.status === 'ready') this.#send(SERVERS_CHANNEL, new Uint8Array());
  }

  #send(channel: string, message: Uint8Array): void {
    void this.#quietly(this.#publisher.publish(channel, Buffer.concat([this.#idBytes, message])));
  }

  #receive(channel: string, bytes: Buffer): void {
    if (this.#closed || bytes.byteLength < ID_BYTES) return;
    const from = bytes.toString('hex', 0, ID_BYTES);
    if (from === this.#id) {
      this.#heardOwn = performance.now();
      this.#regain();
      return;
    }
    this.#heard.set(from, performance.now());
    if (!channel.startsWith(SCENE_CHANNEL)) return;
    this.#receivers.get(channel.slice(SCENE_CHANNEL.length))?.(bytes.subarray(ID_BYTES), from);
  }

  /** Shows that we live and looks who else does. */
  #beat(): void {
    const now = performance.now();
    const isLate = now - this.#lastBeat > 2 * this.#heartbeatMs;
    this.#lastBeat = now;
    // With nothing open there is nobody to be gone, and nothing to be lost.
    if (this.#receivers.size > 0 || !this.#isConnected) this.#sayAlive();
    else this.#heardOwn = now;
    // We have been held up ourselves: what came meanwhile has not been read yet.
    if (isLate) return;
    if (now - this.#heardOwn > this.#silenceMs) this.#lose('Redis does not answer');
    for (const [server, at] of this.#heard) {
      if (now - at <= this.#silenceMs) continue;
      this.#heard.delete(server);
      for (const listener of this.#listeners) listener.gone(server);
    }
    if (!this.#isConnected && now - this.#changedAt > RENEW_MS) this.#renew();
  }

  #renew(): void {
    this.#changedAt = performance.now();
    for (const redis of [this.#publisher, this.#subscriber])
      if (redis.status === 'ready') redis.disconnect(true);
  }

  #regain(): void {
    if (this.#isConnected || this.#publisher.status !== 'ready') return;
    this.#isConnected = true;
    this.#lastError = undefined;
    this.#changedAt = performance.now();
    this.#logger.info('other servers are heard of through Redis');
    for (const listener of this.#listeners) listener.regained();
  }

  #lose(why: string): void {
    if (!this.#isConnected || this.#closed) return;
    this.#isConnected = false;
    this.#changedAt = performance.now();
    this.#heard.clear();
    this.#logger.warn(`${why}; other servers are heard of through the log`);
    for (const listener of this.#listeners) listener.lost();
  }

  async #untilConnected(): Promise<void> {
    const connected = new Promise<void>((resolve) => {
      const unwatch = this.watch({
        regained: () => {
          unwatch();
          resolve();
        },
        lost: () => undefined,
        gone: () => undefined,
      });
    });
    await orLater(connected);
  }

  /** A command that fails is one of a connection that fails, and that is seen elsewhere. */
  async #quietly(command: Promise<unknown>): Promise<void> {
    try {
      await command;
    } catch (error) {
      this.#logger.debug({ err: error }, 'a command to Redis failed');
    }
  }
}

/** Waits for `work`, but not for ever. */
async function orLater(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, PATIENCE_MS)));
  await Promise.race([work, patience]);
  clearTimeout(timer);
}
