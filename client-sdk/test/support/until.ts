import type { SceneSession, SessionEvents } from '../../src/index.js';

/** Resolves with the argument of the next event that satisfies `accept`. */
export function nextEvent<K extends keyof SessionEvents>(
  session: SceneSession,
  event: K,
  accept: (argument: SessionEvents[K]) => boolean = () => true,
): Promise<SessionEvents[K]> {
  return new Promise((resolve) => {
    const off = session.on(event, (argument) => {
      if (!accept(argument)) return;
      off();
      resolve(argument);
    });
  });
}

/** Resolves when the session has the status, at once if it has it now. */
export async function status(session: SceneSession, wanted: SceneSession['status']): Promise<void> {
  if (session.status !== wanted) await nextEvent(session, 'status', (now) => now === wanted);
}
