import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { Authenticator } from '../../server/src/access/authenticator.js';
import { AccessChanges } from '../../server/src/access/access-changes.js';
import { LinkTokens } from '../../server/src/access/link-tokens.js';
import { Members } from '../../server/src/access/members.js';
import { SceneAccess } from '../../server/src/access/scene-access.js';
import { LocalBus } from '../../server/src/adapters/local-bus/local-bus.js';
import { ShareLinks } from '../../server/src/access/share-links.js';
import { ShareLinkStore } from '../../server/src/access/share-link-store.js';
import type { Database } from '../../server/src/database/database.js';
import {
  createRealtime,
  type Realtime,
  type RealtimeOptions,
} from '../../server/src/rooms/create-realtime.js';
import { SceneStore } from '../../server/src/scenes/scene-store.js';
import { startMigratedPglite } from './pglite.js';
import { HeldDatabase } from './held-database.js';
import { SyncClient, type SyncClientOptions } from './sync-client.js';
import { issueToken, JWT_SECRET, type Claims } from './tokens.js';

export const TENANT = 'acme';

/** Who owns the scenes that {@link TestRealtime.createScene} makes. */
export const ADA = { subject: 'ada', tenant: TENANT, name: 'Ada', role: 'owner' } as const;

type Overrides = Partial<
  Omit<RealtimeOptions, 'database' | 'authenticator' | 'access' | 'changes' | 'logger'>
>;

/** Log, rooms and gateway on a port of their own, in this process. */
export interface TestRealtime {
  readonly url: string;
  readonly database: HeldDatabase;
  readonly scenes: SceneStore;
  readonly realtime: Realtime;
  readonly members: Members;
  readonly links: ShareLinks;
  readonly changes: AccessChanges;
  createScene(tenant?: string): Promise<string>;
  connect(sceneId: string, options?: ConnectOptions): Promise<SyncClient>;
  /** {@link connect}, and waits for the first sync. */
  open(sceneId: string, options?: ConnectOptions): Promise<SyncClient>;
  /** Closes what is connected and the realtime part; the database stays open. */
  stop(): Promise<void>;
}

export type ConnectOptions = Partial<SyncClientOptions> & { readonly claims?: Claims };

/** Starts it on `database`, which has our schema. */
export async function startRealtime(database: Database, overrides: Overrides = {}): Promise<TestRealtime> {
  const held = new HeldDatabase(database);
  const scenes = new SceneStore({ database: held });
  const access = new SceneAccess({ scenes });
  const changes = new AccessChanges();
  const realtime = createRealtime({
    database: held,
    authenticator: new Authenticator({ secret: JWT_SECRET, links: new ShareLinkStore({ client: held }) }),
    access,
    changes,
    logger: pino({ level: process.env.LOG_LEVEL ?? 'silent' }),
    unloadDelayMs: 0,
    bus: new LocalBus().join(),
    ...overrides,
  });
  const server = await listening(realtime);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clients = new Set<SyncClient>();

  const connect = async (sceneId: string, options: ConnectOptions = {}): Promise<SyncClient> => {
    const { claims, ...rest } = options;
    const client = new SyncClient({ url, sceneId, token: await issueToken(claims), ...rest });
    clients.add(client);
    return client;
  };
  return {
    url,
    database: held,
    scenes,
    realtime,
    members: new Members({ database: held, access, changes }),
    links: new ShareLinks({
      database: held,
      access,
      changes,
      tokens: new LinkTokens({ secret: JWT_SECRET }),
      now: () => new Date(),
    }),
    changes,
    createScene: async (tenant = TENANT) => (await scenes.create(tenant, 'ada', '')).sceneId,
    connect,
    async open(sceneId, options) {
      const client = await connect(sceneId, options);
      await Promise.race([client.synced, client.closed.then(closedEarly)]);
      return client;
    },
    async stop() {
      for (const client of clients) client.drop();
      await realtime.close();
      server.close();
      await once(server, 'close');
    },
  };
}

const closedEarly = ({ code, reason }: { code: number; reason: string }): never => {
  throw new Error(`The connection was closed with ${code} ${reason}`);
};

async function listening(realtime: Realtime): Promise<Server> {
  const server = createServer();
  realtime.attach(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

export interface TestRealtimeOnPglite extends TestRealtime {
  /** What is below `database`: it answers also while that is held. */
  readonly pglite: Database;
}

/** {@link startRealtime} on a PGlite of its own. */
export async function startRealtimeOnPglite(overrides: Overrides = {}): Promise<TestRealtimeOnPglite> {
  const pglite = await startMigratedPglite();
  const realtime = await startRealtime(pglite.database, overrides);
  return {
    ...realtime,
    pglite: pglite.database,
    async stop() {
      await realtime.stop();
      await pglite.stop();
    },
  };
}
