import { api, type SessionInfo } from '@diorama/shared';
import { baseUrl } from './rest/base-url.js';
import { AssetsApi } from './rest/assets.js';
import { RendersApi } from './rest/renders.js';
import type { CallInput } from './rest/request.js';
import { RestClient, type TokenSource } from './rest/rest-client.js';
import { ScenesApi } from './rest/scenes.js';
import { systemClock, type Clock, type WebSocketConstructor } from './session/ports.js';
import { SceneSession } from './session/scene-session.js';
import type { ConnectOptions } from './session/session-options.js';

export interface DioramaOptions {
  /** Where the server is, such as `http://127.0.0.1:8080` or, behind a proxy that takes the path off, `https://example.com/diorama`. */
  readonly url: string;
  /** The bearer token, or a function that is asked for one before every request and connection. */
  readonly token: TokenSource;
  /** By default the platform's; Node before 22 has none: import from `@diorama/client-sdk/node` there. */
  readonly WebSocket?: WebSocketConstructor | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** For tests. */
  readonly clock?: Clock | undefined;
}

/**
 * A Diorama server.
 *
 * @example
 * const diorama = new Diorama({ url: 'http://127.0.0.1:8080', token });
 * const scene = await diorama.scenes.create({ name: 'Loft' });
 * const session = diorama.connect(scene.scene_id, { user: { name: 'Ada', color: '#e8590c' } });
 * await session.synced;
 * session.edit((doc) => doc.addNode({ kind: 'primitive', geometry: { type: 'sphere' } }));
 * await session.flushed(); // stored
 */
export class Diorama {
  readonly rest: RestClient;
  readonly scenes: ScenesApi;
  readonly assets: AssetsApi;
  readonly renders: RendersApi;
  readonly #url: string;
  readonly #token: () => Promise<string>;
  readonly #WebSocket: WebSocketConstructor | undefined;
  readonly #clock: Clock;

  constructor(options: DioramaOptions) {
    const { token } = options;
    this.#url = baseUrl(options.url);
    this.#token = typeof token === 'string' ? () => Promise.resolve(token) : async () => token();
    this.#WebSocket =
      options.WebSocket ?? (globalThis as { WebSocket?: WebSocketConstructor | undefined }).WebSocket;
    this.#clock = options.clock ?? systemClock;
    this.rest = new RestClient({
      url: this.#url,
      token: this.#token,
      // Called through an arrow: a browser's fetch refuses to run as another object's method.
      fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
      clock: this.#clock,
    });
    this.scenes = new ScenesApi(this.rest);
    this.assets = new AssetsApi(this.rest);
    this.renders = new RendersApi(this.rest, this.#clock);
  }

  /** Whom the server takes the caller for. Throws `unauthenticated`. */
  async session(input: CallInput<typeof api.system.session> = {}): Promise<SessionInfo> {
    return this.rest.call(api.system.session, input);
  }

  /**
   * Opens a scene for live editing and keeps the connection up until `close()`.
   *
   * Returns at once; `await session.synced` for the content. Throws a TypeError where there is no WebSocket.
   */
  connect(sceneId: string, options: ConnectOptions = {}): SceneSession {
    if (this.#WebSocket === undefined)
      throw new TypeError('There is no WebSocket here: import Diorama from @diorama/client-sdk/node');
    return new SceneSession({
      ...options,
      url: `${this.#url.replace(/^http/, 'ws')}/v1/sync/${encodeURIComponent(sceneId)}`,
      token: this.#token,
      WebSocket: this.#WebSocket,
      clock: this.#clock,
    });
  }
}
