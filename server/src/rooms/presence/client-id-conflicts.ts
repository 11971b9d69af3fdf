import { mayBeSamePerson } from '../../access/principal.js';
import type { RoomClient } from '../room-client.js';

export interface ClientIdConflictsOptions {
  readonly clients: ReadonlySet<RoomClient>;
  /** The other connection was cut: asks the client for what was left out meanwhile. */
  readonly ask: (client: RoomClient) => void;
}

/**
 * Resolves conflicts between connections that claim the same client id.
 *
 * The other connection may be the same client before its network broke. It is cut unless it shows within a second that
 * it is alive.
 */
export class ClientIdConflicts {
  readonly #options: ClientIdConflictsOptions;

  constructor(options: ClientIdConflictsOptions) {
    this.#options = options;
  }

  /** The client uses the id of `rivals`, some of which may be connected here. */
  resolve(client: RoomClient, rivals: Iterable<object | undefined>): void {
    const { clients, ask } = this.#options;
    for (const rival of clients) {
      if (rival === client || ![...rivals].includes(rival)) continue;
      if (!mayBeSamePerson(rival.principal.subject, client.principal.subject)) continue;
      rival.cutIfDead(client, () => {
        if (clients.has(client)) ask(client);
      });
    }
  }
}
