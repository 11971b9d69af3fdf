import type { SceneSession } from '@diorama/client-sdk';
import type { Presence } from '@diorama/shared';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { freeColor } from './free-color.js';
import { firstLook, OwnLook } from './own-look.js';
import { colorOfName, PEOPLE_COLORS } from './person.js';

/** Two sessions that see each other at once: what of them looks are about. */
function room(...names: string[]) {
  const presences = new Map<number, Presence>();
  const told: (() => void)[] = [];
  const tell = () => told.forEach((each) => each());
  const join = (name: string, id: number): OwnLook => {
    const look = firstLook(name, name, false);
    const session = {
      welcome: { principal: name.toLowerCase(), name },
      presence: {
        clientId: id,
        get self() {
          return presences.get(id);
        },
        get others() {
          return new Map([...presences].filter(([each]) => each !== id));
        },
        set: (patch: Presence) => {
          presences.set(id, { ...presences.get(id), ...patch });
          tell();
        },
      },
      on: (event: string, callback: () => void) => {
        if (event === 'presence') told.push(callback);
        if (event === 'synced') callback();
        return () => undefined;
      },
    };
    const own = new OwnLook(session as unknown as SceneSession, look);
    session.presence.set({ user: look });
    return own;
  };
  return { join, looks: names.map((name, i) => join(name, i + 1)) };
}

/** Somebody else who would have the same colour. */
const twinOf = (name: string): string => {
  for (let i = 0; ; i++) if (colorOfName(`Twin ${i}`) === colorOfName(name)) return `Twin ${i}`;
};

describe('the colour of a person', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('EDT-49: is that of their comments', () => {
    expect(firstLook('Ada', 'Ada', false).color).toBe(colorOfName('Ada'));
    // Whatever members call themselves: their comments are signed with the name of the token.
    expect(firstLook('The boss', 'Ada', false).color).toBe(colorOfName('Ada'));
    expect(firstLook('Bob', 'Link', true).color).toBe(colorOfName('Bob (guest)'));
  });

  it('EDT-49: is the same in every tab of theirs, and another one than that of others', () => {
    const [first = '', second = '', third = ''] = PEOPLE_COLORS;
    const other = (name: string, color: string) => ({ id: 1, name, color });
    expect(freeColor(first, 'Ada', [])).toBe(first);
    expect(freeColor(first, 'Ada', [other('Ada', first)])).toBe(first);
    expect(freeColor(first, 'Ada', [other('Bob', first)])).toBe(second);
    expect(freeColor(first, 'Ada', [other('Bob', first), other('Ada', third)])).toBe(third);
    const all = PEOPLE_COLORS.map((color) => other('Bob', color));
    expect(freeColor(first, 'Ada', all)).toBe(first);
  });

  it('EDT-49: changes for who comes, not for who was there', () => {
    const { join, looks } = room('Ada');
    vi.advanceTimersByTime(60_000);
    const twin = join(twinOf('Ada'), 2);
    vi.runAllTimers();
    expect(looks[0]?.get().color).toBe(colorOfName('Ada'));
    expect(twin.get().color).not.toBe(colorOfName('Ada'));
  });

  it('EDT-49: differs also for two who come together', () => {
    const { looks } = room('Ada', twinOf('Ada'));
    vi.runAllTimers();
    expect(looks.map((look) => look.get().color === colorOfName('Ada')).sort()).toEqual([false, true]);
  });
});
