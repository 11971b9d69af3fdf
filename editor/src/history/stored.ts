import type { SceneSession } from '@diorama/client-sdk';

/** Waits until one's own edits are stored, so that what the server is asked next knows them; not while it is away. */
export async function ownEditsStored(session: SceneSession): Promise<void> {
  if (session.status !== 'offline') await session.flushed();
}
