import * as Y from 'yjs';
import { Client, type ClientOptions } from './client.js';
import { PoseWrites } from './pose-writes.js';
import { Tally } from './tally.js';
import { createRoom, type Target } from './target.js';
import { holdsWithin } from './wait.js';
import { WriteLoad } from './write-load.js';

const SYNC_TIMEOUT_MS = 30_000;
const CONNECT_AT_ONCE = 50;

export interface CrowdOptions {
  readonly target: Target;
  readonly room: string;
  readonly clients: number;
  readonly writers: number;
  /** Index of its first writer, where there are several crowds. */
  readonly firstWriter?: number;
  readonly tally?: Tally;
  /** Every how manieth reader's latencies count. Default 1. */
  readonly timedEvery?: number;
}

/** The clients of one room; the first of them write. */
export class Crowd {
  readonly tally: Tally;
  readonly clients: Client[] = [];
  readonly writers: Client[] = [];
  readonly load: WriteLoad;
  readonly #options: CrowdOptions;

  constructor(options: CrowdOptions) {
    this.#options = options;
    this.tally = options.tally ?? new Tally();
    this.load = new WriteLoad(this.writers, this.tally);
  }

  /** Connects everybody, and lets the writers make their nodes. The last client records what it gets. */
  async connect(): Promise<this> {
    const { clients, writers, firstWriter = 0, timedEvery = 1 } = this.#options;
    for (let from = 0; from < clients; from += CONNECT_AT_ONCE) {
      const some: Client[] = [];
      for (let at = from; at < Math.min(clients, from + CONNECT_AT_ONCE); at++) {
        const isWriter = at < writers;
        const client = this.join({
          timed: at % timedEvery === 0,
          ...(at === clients - 1 ? { record: 'all' } : {}),
          ...(isWriter ? { writes: new PoseWrites(firstWriter + at), writerIndex: firstWriter + at } : {}),
        });
        if (isWriter) this.writers.push(client);
        this.clients.push(client);
        some.push(client);
      }
      await allSynced(some);
    }
    for (const [at, writer] of this.writers.entries())
      writer.sendUpdate(new PoseWrites(firstWriter + at).setup);
    return this;
  }

  /** One more client of the room, which does not belong to the crowd. */
  join(options: Partial<ClientOptions> = {}): Client {
    const { target, room, writers, firstWriter = 0 } = this.#options;
    return new Client({ target, room, tally: this.tally, writers: [firstWriter, writers], ...options });
  }

  /** Whether a client has seen the last write of every writer. */
  hasAll(client: Client): boolean {
    const first = this.#options.firstWriter ?? 0;
    return this.writers.every(
      (writer) =>
        writer === client || (client.last[(writer.writerIndex ?? 0) - first] ?? -1) >= writer.nextSeq - 1,
    );
  }

  /** Waits until all have seen everything; false if they have not within the time. */
  drained(milliseconds: number, clients: readonly Client[] = this.clients): Promise<boolean> {
    return holdsWithin(milliseconds, () => clients.every((client) => this.hasAll(client)), 20);
  }

  get openClients(): number {
    return this.clients.filter((client) => client.socket.isOpen).length;
  }

  /**
   * Whether an honest document that applied what the recording reader got, and one that joins now, both show the last pose
   * of every writer and are the same.
   */
  async converged(): Promise<boolean> {
    const recorder = this.clients.at(-1);
    if (recorder === undefined) return false;
    const documents = [documentOf(recorder.updates)];
    if (this.#options.target.dialect !== 'relay') {
      const late = this.join({ record: 'state' });
      // A server that cannot even answer one more client has not converged.
      if (
        !(await allSynced([late]).then(
          () => true,
          () => false,
        ))
      )
        return false;
      documents.push(documentOf(late.updates));
      late.socket.close();
    }
    return documents.every((doc) => this.writers.every((writer) => showsLast(doc, writer)));
  }

  close(): void {
    this.load.stop();
    for (const client of this.clients) client.socket.destroy();
  }
}

/** An honest replica of what a client got. */
export function documentOf(updates: readonly Uint8Array[]): Y.Doc {
  const doc = new Y.Doc();
  doc.transact(() => {
    for (const update of updates) Y.applyUpdate(doc, update);
  });
  return doc;
}

function showsLast(doc: Y.Doc, writer: Client): boolean {
  const node = doc.getMap('nodes').get(`writer-${writer.writerIndex}`);
  const pose =
    node instanceof Y.Map ? (node.get('pose') as { translation: number[] } | undefined) : undefined;
  return pose?.translation[0] === (writer.nextSeq === 0 ? -1 : PoseWrites.xOf(writer.nextSeq - 1));
}

export async function allSynced(clients: readonly Client[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not synced within ${SYNC_TIMEOUT_MS} ms`)), SYNC_TIMEOUT_MS);
  });
  try {
    await Promise.race([Promise.all(clients.map((client) => client.synced)), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A crowd in a new room. */
export async function gather(options: Omit<CrowdOptions, 'room'> & { name?: string }): Promise<Crowd> {
  const room = await createRoom(options.target, options.name ?? 'bench');
  return new Crowd({ ...options, room }).connect();
}
