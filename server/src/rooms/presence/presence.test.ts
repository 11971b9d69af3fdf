import { describe, expect, it } from 'vitest';
import * as encoding from 'lib0/encoding';
import { Presence } from './presence.js';

interface Person {
  readonly subject: string;
}

const person = (subject: string): Person => ({ subject });

/** An awareness update; a null state means that the client has left. */
function update(...states: readonly [client: number, clock: number, state: unknown][]): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, states.length);
  for (const [client, clock, state] of states) {
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, clock);
    encoding.writeVarString(encoder, JSON.stringify(state));
  }
  return encoding.toUint8Array(encoder);
}

function setUp() {
  const writers = new Map<number, string>();
  const presence = new Presence<Person>({
    subjectOf: ({ subject }) => subject,
    writerOf: (client) => writers.get(client),
  });
  const shown = () => Object.fromEntries(presence.states().map(({ client, state }) => [client, state]));
  return { presence, writers, shown };
}

const EVE = person('eve');

describe('whose a client id is', () => {
  it('SYNC-16: of somebody who has left nobody else takes it, whatever the clock; its owner comes back to it', () => {
    const { presence, shown } = setUp();
    const ada = person('ada');
    presence.receive(ada, update([1, 5, { ada: 1 }]));
    presence.leave(ada);
    expect(presence.receive(EVE, update([1, 1_000, { eve: 1 }])).changed).toEqual([]);
    expect(shown()).toEqual({});
    presence.receive(person('ada'), update([1, 7, { ada: 2 }]));
    expect(shown()).toEqual({ 1: '{"ada":2}' });
  });

  it('SYNC-16: of somebody who writes under it nobody else announces it first', () => {
    const { presence, writers, shown } = setUp();
    writers.set(1, 'ada');
    presence.receive(EVE, update([1, 1, { eve: 1 }], [2, 1, { eve: 2 }]));
    expect(shown()).toEqual({ 2: '{"eve":2}' });
    presence.receive(person('ada'), update([1, 0, { ada: 1 }]));
    expect(Object.keys(shown())).toEqual(['1', '2']);
  });

  it('SYNC-16: a guest who comes back by the same link has it again, one of another link has not', () => {
    const { presence, shown } = setUp();
    const guest = person('link:shl_1:k1');
    presence.receive(guest, update([1, 1, { guest: 1 }]));
    presence.leave(guest);
    presence.receive(person('link:shl_2:k2'), update([1, 9, { other: 1 }]));
    expect(shown()).toEqual({});
    presence.receive(person('link:shl_1:k3'), update([1, 9, { guest: 2 }]));
    expect(shown()).toEqual({ 1: '{"guest":2}' });
  });

  it('SYNC-16: a connection has one and no other', () => {
    const { presence, shown } = setUp();
    const changes = Array.from({ length: 10_000 }, (_, id) => [
      [id, 1, { id }],
      [id, 2, null],
    ]).flat() as [number, number, unknown][];
    expect(new Set(presence.receive(EVE, update(...changes)).changed).size).toBe(1);
    expect(shown()).toEqual({});
    presence.receive(person('bob'), update([77_777, 1, {}], [77_778, 1, {}]));
    expect(shown()).toEqual({ 77_777: '{}' });
  });

  it.each([
    ['nested too deep', `${'['.repeat(30_000)}${']'.repeat(30_000)}`],
    ['of objects nested too deep', `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`],
    ['no JSON', '{'],
    ['nothing', ''],
  ])('SYNC-17: a state that is %s is a bad frame: the clients of others would break on it', (_, state) => {
    const { presence, shown } = setUp();
    const encoder = encoding.createEncoder();
    for (const number of [1, 1, 1]) encoding.writeVarUint(encoder, number);
    encoding.writeVarString(encoder, state);
    expect(() => presence.receive(EVE, encoding.toUint8Array(encoder))).toThrow(
      expect.objectContaining({ code: 'bad_frame' }),
    );
    expect(shown()).toEqual({});
  });
});
