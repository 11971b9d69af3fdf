import { mayBeSamePerson } from '../../access/principal.js';
import type { RoomClient } from '../room-client.js';

export interface ClientIdConflictsOptions {
  readonly clients: ReadonlySet<RoomClient>;
  /** A rival was cut: asks the client for what was left out meanwhile. */
  readonly ask: (client: RoomClient) => void;
}

/**
 * Connections that claim the same client id.
 *
 * The other one may be the same client before its network broke: that connection has a second to show that it lives. Else it is cut.
 */
export class ClientIdConflicts {
  readonly #options: ClientIdConflictsOptions;

  constructor(options: ClientIdConflictsOptions) {
    this.#options = options;
  }

  /** The id of a client is that of `rivals`, of whom some may be connected here. */
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
