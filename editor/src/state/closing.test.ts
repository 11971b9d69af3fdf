import { describe, expect, it, vi } from 'vitest';
import type { SceneSession } from '@diorama/client-sdk';

import { closeWhenStored, warnOfLoss } from './closing.js';

/** What of a session leaving a scene is about. */
function sessionWith(hasUnsavedEdits: boolean) {
  let resolve: () => void = () => undefined;
  const stored = new Promise<void>((resolved) => (resolve = resolved));
  const ended: (() => void)[] = [];
  const session = {
    hasUnsavedEdits,
    live: { commit: vi.fn() },
    flushed: () => stored,
    on: (_event: 'closed', listener: () => void) => ended.push(listener),
    close: vi.fn(() => ended.forEach((listener) => listener())),
  };
  return { session: session as unknown as SceneSession & typeof session, stored: () => resolve() };
}

const isAsked = (page: EventTarget): boolean =>
  !page.dispatchEvent(new Event('beforeunload', { cancelable: true }));

describe('leaving a scene', () => {
  it('EDT-47: the browser asks while edits are stored nowhere else, and not otherwise', () => {
    const page = new EventTarget();
    const { session } = sessionWith(false);
    warnOfLoss(session, page);
    expect(isAsked(page)).toBe(false);
    session.hasUnsavedEdits = true;
    expect(isAsked(page)).toBe(true);
    session.close();
    expect(isAsked(page)).toBe(false);
  });

  it('EDT-47: a scene that is left ends when its edits are stored, at once where all are', async () => {
    const saved = sessionWith(false);
    closeWhenStored(saved.session);
    expect(saved.session.close).toHaveBeenCalled();

    const { session, stored } = sessionWith(true);
    closeWhenStored(session);
    expect(session.live.commit).toHaveBeenCalled();
    expect(session.close).not.toHaveBeenCalled();
    stored();
    await vi.waitFor(() => expect(session.close).toHaveBeenCalled());
  });
});
