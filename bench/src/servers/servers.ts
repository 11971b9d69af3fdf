import type { TestPostgres } from '../../../test/support/postgres.js';
import type { Target } from '../load/target.js';
import { startDiorama } from './diorama.js';
import { startPeer } from './peer.js';

export const SERVER_NAMES = [
  'relay',
  'y-websocket',
  'hocuspocus',
  'hocuspocus-10ms',
  'hocuspocus-postgres',
  'diorama-pglite',
  'diorama-postgres',
] as const;

export type ServerName = (typeof SERVER_NAMES)[number];

/** What runs where nobody says which: without `hocuspocus-10ms`, which is hocuspocus with another setting. */
export const DEFAULT_SERVERS: readonly ServerName[] = SERVER_NAMES.filter(
  (name) => name !== 'hocuspocus-10ms',
);
export const DIORAMA: readonly ServerName[] = ['diorama-pglite', 'diorama-postgres'];
/** Servers that hold a document. */
export const DOCUMENT_SERVERS: readonly ServerName[] = DEFAULT_SERVERS.filter((name) => name !== 'relay');
/** Servers that still have a document after a restart. */
export const PERSISTENT_SERVERS: readonly ServerName[] = ['hocuspocus-postgres', ...DIORAMA];

export interface StartOptions {
  /** Lets V8's inspector in: for measuring memory, and profiles. */
  readonly inspect?: boolean;
  /** More configuration of Diorama. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A server that runs, on an empty database of its own. */
export interface RunningServer {
  readonly target: Target;
  logs(): string;
  /** Ends it as a supervisor would and starts it again on the same data. */
  restart(): Promise<void>;
  /** Ends it by a signal at once. */
  kill(): Promise<void>;
  /** Starts it again after {@link kill}. */
  start(): Promise<void>;
  /** Ends it and deletes its data. */
  stop(): Promise<void>;
}

/** Starts a server, pinned to its core. */
export function startServer(
  name: ServerName,
  postgres: TestPostgres,
  options: StartOptions = {},
): Promise<RunningServer> {
  switch (name) {
    case 'diorama-pglite':
      return startDiorama(name, undefined, options);
    case 'diorama-postgres':
      return startDiorama(name, postgres, options);
    case 'hocuspocus-postgres':
      return startPeer(name, postgres, options);
    case 'relay':
    case 'y-websocket':
    case 'hocuspocus':
    case 'hocuspocus-10ms':
      return startPeer(name, undefined, options);
  }
}
