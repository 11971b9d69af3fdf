import { afterEach, beforeEach } from 'vitest';
import { Diorama, type SceneSession } from '../../src/node.js';
import { SyncServer } from './sync-server.js';

type ConnectOptions = Parameters<Diorama['connect']>[1];

/** A server for each test of the file, and sessions that end with it. */
export class Sessions {
  #server: SyncServer | undefined;
  #opened: SceneSession[] = [];

  constructor() {
    beforeEach(async () => {
      this.#server = await new SyncServer().start();
      this.#opened = [];
    });
    afterEach(async () => {
      for (const session of this.#opened) session.close();
      await this.#server?.destroy();
    });
  }

  get server(): SyncServer {
    if (this.#server === undefined) throw new Error('no test is running');
    return this.#server;
  }

  readonly open = (options: ConnectOptions = {}, token: () => string = () => 't'): SceneSession => {
    const session = new Diorama({ url: this.server.url, token }).connect('scn_test', options);
    this.#opened.push(session);
    return session;
  };

  readonly openSynced = async (options?: ConnectOptions): Promise<SceneSession> => {
    const session = this.open(options);
    await session.synced;
    return session;
  };
}

export const box = { kind: 'primitive' as const, name: 'box' };

/** The names of the nodes that a session shows, sorted. */
export const names = (session: SceneSession): string[] =>
  [...session.scene.nodes().values()].map((n) => n.name).sort();
