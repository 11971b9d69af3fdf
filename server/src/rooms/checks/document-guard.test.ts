import { DOCUMENT_LIMITS, documentToJson } from '@diorama/shared';
import * as encoding from 'lib0/encoding';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { decodeChecked } from '../update-check.js';
import { DocumentGuard, type Sender } from './document-guard.js';
import { DocumentSize } from './document-size.js';

const POSE = { parent: null, order: 'a0', translation: [1, 2, 3], rotation: [0, 0, 0, 1], scale: [1, 1, 1] };

const EVE: Sender = { connection: {}, subject: 'eve' };
const BOB: Sender = { connection: {}, subject: 'bob' };

/** A document behind the guard, somebody who writes to it and somebody who watches. */
class Stage {
  readonly server = new Y.Doc();
  readonly guard: DocumentGuard;
  readonly sender = new Y.Doc();
  readonly other = new Y.Doc();
  /** Every state of the scene that the other one has seen. */
  readonly seen: unknown[] = [];
  readonly frames: Uint8Array[] = [];
  /** Who has announced which client id. */
  readonly announced = new Map<number, { subject: string }>();

  constructor(
    fill?: (doc: Y.Doc) => void,
    {
      maxBytes = 64 * 1024 * 1024,
      now = () => performance.now(),
    }: { maxBytes?: number; now?: () => number } = {},
  ) {
    const before = new Y.Doc();
    if (fill) before.transact(() => fill(before));
    for (const doc of [this.server, this.sender, this.other])
      Y.applyUpdate(doc, Y.encodeStateAsUpdate(before));
    const size = new DocumentSize({ doc: this.server, bytes: 0, maxBytes, now });
    this.server.on('update', (update: Uint8Array) => size.grew(update.byteLength));
    this.guard = new DocumentGuard({
      doc: this.server,
      size,
      announcedBy: (id) => this.announced.get(id),
    });
    this.server.on('update', (update: Uint8Array) => this.frames.push(update));
    this.other.on('afterTransaction', () => this.seen.push(raw(this.other)));
  }

  /** The sender writes, the server takes it in, and everybody gets what it relays. */
  send(write: (doc: Y.Doc) => void) {
    const update = updateOf(this.sender, write);
    return this.receive(update);
  }

  receive(update: Uint8Array, sender: Sender = EVE) {
    const intake = this.guard.admit(update, decodeChecked(update), sender);
    this.frames.length = 0;
    this.server.transact((transaction) => {
      Y.applyUpdate(this.server, intake.update);
      intake.correct(transaction);
    });
    for (const frame of this.frames) {
      Y.applyUpdate(this.other, frame);
      Y.applyUpdate(this.sender, frame);
    }
    return intake.objections()[0]?.error;
  }
}

/** What `write` adds to `doc`, as one update. */
function updateOf(doc: Y.Doc, write: (doc: Y.Doc) => void): Uint8Array {
  const before = Y.encodeStateVector(doc);
  const updates: Uint8Array[] = [];
  const listen = (update: Uint8Array): void => void updates.push(update);
  doc.on('update', listen);
  doc.transact(() => write(doc));
  doc.off('update', listen);
  return updates[0] ?? Y.encodeStateAsUpdate(doc, before);
}

const ROOTS = ['scene', 'nodes', 'materials', 'animations', 'comments'];

const raw = (doc: Y.Doc): Record<string, unknown> =>
  Object.fromEntries(ROOTS.map((root) => [root, doc.getMap(root).toJSON()]));

const nodes = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('nodes');
const node = (doc: Y.Doc, id = 'n1'): Y.Map<unknown> => nodes(doc).get(id) as Y.Map<unknown>;

const box = (doc: Y.Doc, id = 'n1'): void => {
  nodes(doc).set(
    id,
    new Y.Map<unknown>([
      ['kind', 'primitive'],
      ['name', 'Box'],
      ['pose', POSE],
    ]),
  );
};

const light = (doc: Y.Doc): void => {
  nodes(doc).set(
    'n1',
    new Y.Map<unknown>([
      ['kind', 'light'],
      ['geometry', 'a rock'],
      ['pose', POSE],
    ]),
  );
};

const expectSame = (stage: Stage): void => {
  expect(raw(stage.sender)).toEqual(raw(stage.server));
  expect(raw(stage.other)).toEqual(raw(stage.server));
};

interface Case {
  readonly write: (doc: Y.Doc) => void;
  readonly pointer: string;
  readonly fill?: (doc: Y.Doc) => void;
}

const BREAKS: Record<string, Case> = {
  'NaN in a pose': {
    write: (doc) => node(doc).set('pose', { ...POSE, translation: [NaN, 0, 0] }),
    pointer: '/nodes/n1/pose/translation/0',
  },
  'infinity in a scale': {
    write: (doc) => node(doc).set('pose', { ...POSE, scale: [1, 1, Infinity] }),
    pointer: '/nodes/n1/pose/scale/2',
  },
  'a pose that is none': { write: (doc) => node(doc).set('pose', 'up there'), pointer: '/nodes/n1/pose' },
  'a pose with a rock in it': {
    write: (doc) => node(doc).set('pose', { ...POSE, rock: 'x'.repeat(300_000) }),
    pointer: '/nodes/n1/pose',
  },
  'a pose as bytes': { write: (doc) => node(doc).set('pose', new Uint8Array(9)), pointer: '/nodes/n1/pose' },
  'an unknown kind': { write: (doc) => node(doc).set('kind', 'dragon'), pointer: '/nodes/n1/kind' },
  'a kind that is deleted': { write: (doc) => node(doc).delete('kind'), pointer: '/nodes/n1/kind' },
  'a kind that the rest does not fit': {
    fill: light,
    write: (doc) => node(doc).set('kind', 'primitive'),
    pointer: '/nodes/n1/kind',
  },
  'a name of 10 MB': {
    write: (doc) => node(doc).set('name', 'x'.repeat(10_000_000)),
    pointer: '/nodes/n1/name',
  },
  'a name as a Y.Text of 1 MB': {
    write: (doc) => node(doc).set('name', new Y.Text('x'.repeat(1_000_000))),
    pointer: '/nodes/n1/name',
  },
  'an unknown key of 100 kB': {
    write: (doc) => node(doc).set('future', 'x'.repeat(100_000)),
    pointer: '/nodes/n1/future',
  },
  'an unknown key of bytes': {
    write: (doc) => node(doc).set('future', new Uint8Array(9)),
    pointer: '/nodes/n1/future',
  },
  'an unknown key with a million children': {
    write: (doc) => {
      const list = new Y.Array<number>();
      node(doc).set('future', list);
      for (let at = 0; at < 100; at++) list.push(Array.from({ length: 10_000 }, () => at));
    },
    pointer: '/nodes/n1/future',
  },
  'JSON that is too deep': {
    write: (doc) => {
      let deep: unknown = 1;
      for (let at = 0; at < 200; at++) deep = [deep];
      node(doc).set('extras', { deep });
    },
    pointer: '/nodes/n1/extras',
  },
  'a subdocument': { write: (doc) => node(doc).set('future', new Y.Doc()), pointer: '/nodes/n1/future' },
  XML: { write: (doc) => node(doc).set('name', new Y.XmlElement('p')), pointer: '/nodes/n1/name' },
  'a node that is no map': { write: (doc) => nodes(doc).set('n1', 5), pointer: '/nodes/n1' },
  'a node that is a list': { write: (doc) => nodes(doc).set('n1', Y.Array.from([1])), pointer: '/nodes/n1' },
  'a new node that is plain JSON': {
    write: (doc) => nodes(doc).set('n2', { kind: 'group' }),
    pointer: '/nodes/n2',
  },
  'a node without a kind': {
    write: (doc) => nodes(doc).set('n2', new Y.Map([['name', 'x']])),
    pointer: '/nodes/n2/kind',
  },
  'an empty id': { write: (doc) => box(doc, ''), pointer: '/nodes/' },
  'an id of 129 characters': {
    write: (doc) => box(doc, 'i'.repeat(129)),
    pointer: `/nodes/${'i'.repeat(129)}`,
  },
  'a node with a thousand keys': {
    write: (doc) => {
      const many = Array.from({ length: 1_000 }, (_, at) => [`k${at}`, 1] as [string, unknown]);
      nodes(doc).set('n2', new Y.Map([['kind', 'group'], ...many]));
    },
    pointer: '/nodes/n2',
  },
  'a list in a node': {
    write: (doc) => Y.Array.prototype.insert.call(node(doc) as never, 0, [1, 2]),
    pointer: '/nodes/n1',
  },
  'a foreign root type': {
    write: (doc) => void doc.getMap('secret').set('a', 'b'),
    pointer: '/secret',
  },
  'a root used as a list': {
    write: (doc) => Y.Array.prototype.insert.call(nodes(doc) as never, 0, [1]),
    pointer: '/nodes',
  },
  'a newer schema version': {
    write: (doc) => doc.getMap('scene').set('schemaVersion', 2),
    pointer: '/scene/schemaVersion',
  },
  'a garbled schema version': {
    write: (doc) => doc.getMap('scene').set('schemaVersion', 'one'),
    pointer: '/scene/schemaVersion',
  },
  'an exposure below 0': {
    write: (doc) => doc.getMap('scene').set('exposure', -1),
    pointer: '/scene/exposure',
  },
  'a material that is too rough': {
    fill: (doc) => void doc.getMap('materials').set('m', new Y.Map([['roughness', 1]])),
    write: (doc) => (doc.getMap('materials').get('m') as Y.Map<unknown>).set('roughness', 2),
    pointer: '/materials/m/roughness',
  },
  'a message that is none': {
    fill: (doc) => {
      box(doc);
      const said = { id: 'a', author: 'ada', text: 'hi', createdAt: 'now' };
      doc.getMap('comments').set('c', new Y.Map<unknown>([['messages', Y.Array.from([said])]]));
    },
    write: (doc) => {
      const thread = doc.getMap('comments').get('c') as Y.Map<Y.Array<unknown>>;
      thread.get('messages')?.insert(0, ['hello']);
    },
    pointer: '/comments/c/messages/0',
  },
  'a geometry that loses its type': {
    fill: (doc) => {
      box(doc);
      node(doc).set(
        'geometry',
        new Y.Map<unknown>([
          ['type', 'box'],
          ['width', 2],
        ]),
      );
    },
    write: (doc) => (node(doc).get('geometry') as Y.Map<unknown>).delete('type'),
    pointer: '/nodes/n1/geometry/type',
  },
  'a pose as list that loses a number': {
    fill: (doc) => {
      box(doc);
      node(doc).set('pose', new Y.Map([['translation', Y.Array.from([1, 2, 3])]]));
    },
    write: (doc) => {
      const pose = node(doc).get('pose') as Y.Map<Y.Array<number>>;
      pose.get('translation')?.delete(1, 1);
    },
    pointer: '/nodes/n1/pose/translation',
  },
};

describe('what a client writes', () => {
  it.each(Object.entries(BREAKS))(
    'CHK-1: %s is undone in the same frame, what was there before is back',
    (_, { write, pointer, fill = box }) => {
      const stage = new Stage(fill);
      const before = raw(stage.server);
      const objection = stage.send(write);
      expect(objection?.code).toBe('invalid_document');
      expect(objection?.issues[0]?.pointer.slice(0, 130)).toBe(pointer.slice(0, 130));
      expect(raw(stage.server)).toEqual(before);
      expect(stage.frames).toHaveLength(1);
      expectSame(stage);
      for (const state of stage.seen) expect(state).toEqual(before);
      expect(Y.encodeStateAsUpdate(stage.server).byteLength).toBeLessThan(5_000);
      expect(Y.encodeStateAsUpdate(stage.sender).byteLength).toBeLessThan(5_000);
    },
  );

  it('CHK-2: what is good beside it stays', () => {
    const stage = new Stage(box);
    const objection = stage.send((doc) => {
      node(doc).set('name', 'Renamed');
      node(doc).set('pose', { ...POSE, translation: [1, 2] });
      nodes(doc).set(
        'n2',
        new Y.Map<unknown>([
          ['kind', 'group'],
          ['visible', 'maybe'],
          ['locked', true],
        ]),
      );
      doc.getMap('scene').set('name', 'Hall');
      doc.getMap('secret').set('a', 1);
    });
    expect(objection?.issues.map(({ pointer }) => pointer)).toEqual(
      expect.arrayContaining(['/secret', '/nodes/n1/pose/translation', '/nodes/n2/visible']),
    );
    expect(raw(stage.server)).toMatchObject({
      scene: { name: 'Hall' },
      nodes: { n1: { name: 'Renamed', pose: POSE }, n2: { kind: 'group', locked: true } },
    });
    expect(node(stage.server, 'n2').has('visible')).toBe(false);
    expectSame(stage);
  });

  it('CHK-3: keys that this version does not know are kept', () => {
    const stage = new Stage(box);
    const objection = stage.send((doc) => {
      node(doc).set('future', { list: [1, 2, { deep: true }] });
      node(doc).set('text', new Y.Text('hello'));
      doc.getMap('scene').set('weather', 'rain');
    });
    expect(objection).toBeUndefined();
    expect(raw(stage.other)).toMatchObject({ scene: { weather: 'rain' }, nodes: { n1: { text: 'hello' } } });
  });

  it('CHK-4: what was broken before blocks nothing and stays as it is', () => {
    const stage = new Stage((doc) => {
      nodes(doc).set(
        'odd',
        new Y.Map<unknown>([
          ['kind', 'sprite'],
          ['pose', 'none'],
        ]),
      );
      nodes(doc).set(
        'bad',
        new Y.Map<unknown>([
          ['kind', 'group'],
          ['pose', 'none'],
          ['locked', 'x'],
        ]),
      );
      nodes(doc).set('plain', { kind: 'group' });
      doc.getMap('legacy').set('a', 1);
    });
    const objection = stage.send((doc) => {
      node(doc, 'odd').set('name', 'still odd');
      node(doc, 'bad').set('name', 'still bad');
      node(doc, 'bad').delete('locked');
      node(doc, 'bad').set('kind', 'light');
      nodes(doc).delete('plain');
      doc.getMap('legacy').delete('a');
    });
    expect(objection).toBeUndefined();
    expect(raw(stage.other).nodes).toEqual({
      odd: { kind: 'sprite', pose: 'none', name: 'still odd' },
      bad: { kind: 'light', pose: 'none', name: 'still bad' },
    });
    expectSame(stage);
  });

  it('CHK-5: a correction does not win over what the sender or others write meanwhile', () => {
    const stage = new Stage(box);
    const moved = { ...POSE, translation: [7, 7, 7] };
    // One in some hundreds of clients chooses a smaller id than the server's by chance.
    stage.sender.clientID = 2 ** 31;
    const bad = updateOf(stage.sender, (doc) => node(doc).set('pose', 'nowhere'));
    const good = updateOf(stage.sender, (doc) => node(doc).set('pose', moved));
    expect(stage.receive(bad)).toBeDefined();
    expect(node(stage.server).get('pose')).toEqual(POSE);
    expect(stage.receive(good)).toBeUndefined();
    expect(node(stage.server).get('pose')).toEqual(moved);
    expectSame(stage);
  });

  it('CHK-5: what somebody else has written over it already stays', () => {
    const stage = new Stage(box);
    const high = new Y.Doc();
    Y.applyUpdate(high, Y.encodeStateAsUpdate(stage.sender));
    high.clientID = 2 ** 32 - 1;
    const bad = updateOf(stage.sender, (doc) => node(doc).set('pose', NaN));
    const moved = { ...POSE, translation: [7, 7, 7] };
    stage.receive(updateOf(high, (doc) => node(doc).set('pose', moved)));
    expect(stage.receive(bad)).toBeUndefined();
    expect(node(stage.server).get('pose')).toEqual(moved);
    expectSame(stage);
  });

  it('CHK-5: a message that somebody adds at the same time stays', () => {
    const stage = new Stage((doc) => {
      doc.getMap('comments').set('c', new Y.Map<unknown>([['messages', new Y.Array()]]));
    });
    const messages = (doc: Y.Doc) =>
      (doc.getMap('comments').get('c') as Y.Map<Y.Array<unknown>>).get('messages') as Y.Array<unknown>;
    const said = { id: 'a', author: 'ada', text: 'hi', createdAt: 'now' };
    const bad = updateOf(stage.sender, (doc) => messages(doc).push([{ ...said, text: 5 }, said]));
    const friend = new Y.Doc();
    Y.applyUpdate(friend, Y.encodeStateAsUpdate(stage.server));
    const good = updateOf(friend, (doc) => messages(doc).push([{ ...said, id: 'b' }]));
    expect(stage.receive(bad)?.issues[0]?.pointer).toBe('/comments/c/messages/0/text');
    expect(stage.receive(good)).toBeUndefined();
    expect(messages(stage.server).toJSON()).toEqual([{ ...said, id: 'b' }]);
    expectSame(stage);
  });

  it('CHK-6: a node whose kind changes together with what goes with it is another kind from then on', () => {
    const stage = new Stage(light);
    const objection = stage.send((doc) => {
      node(doc).set('geometry', { type: 'sphere' });
      node(doc).set('kind', 'primitive');
    });
    expect(objection).toBeUndefined();
    expect(documentToJson(stage.other).nodes.n1).toMatchObject({ kind: 'primitive' });
  });

  it('CHK-6: a new node may be written key by key, each in a frame of its own', () => {
    const stage = new Stage();
    expect(stage.send((doc) => nodes(doc).set('n1', new Y.Map()))).toBeUndefined();
    expect(stage.send((doc) => node(doc).set('name', 'Slow'))).toBeUndefined();
    expect(stage.send((doc) => node(doc).set('light', 'a rock'))).toBeUndefined();
    expect(stage.send((doc) => node(doc).set('pose', 'nowhere'))).toBeUndefined();
    expect(documentToJson(stage.other).nodes).toEqual({});
    expect(stage.send((doc) => node(doc).set('kind', 'dragon'))?.issues[0]?.pointer).toBe('/nodes/n1/kind');
    const objection = stage.send((doc) => node(doc).set('kind', 'light'));
    expect(objection?.issues.map(({ pointer }) => pointer).sort()).toEqual([
      '/nodes/n1/light',
      '/nodes/n1/pose',
    ]);
    expect(raw(stage.other).nodes).toEqual({ n1: { kind: 'light', name: 'Slow' } });
    expectSame(stage);
  });

  it('CHK-7: what a frame adds above a budget is taken back as a whole, deletions are not', () => {
    const { animations: most } = DOCUMENT_LIMITS;
    const fill = (doc: Y.Doc): void => {
      for (let at = 0; at < most; at++) doc.getMap('animations').set(`a${at}`, new Y.Map());
    };
    const stage = new Stage(fill);
    const animations = (doc: Y.Doc) => doc.getMap('animations');
    const objection = stage.send((doc) => {
      animations(doc).set('b', new Y.Map());
      doc.getMap('scene').set('name', 'Hall');
    });
    expect(objection).toMatchObject({ code: 'scene_full', issues: [{ pointer: '/animations' }] });
    expect(animations(stage.server).size).toBe(most);
    expect(stage.server.getMap('scene').get('name')).toBe('Hall');
    expectSame(stage);
    expect(stage.send((doc) => animations(doc).delete('a0'))).toBeUndefined();
    expect(stage.send((doc) => animations(doc).set('b', new Y.Map()))).toBeUndefined();
    expect(stage.send((doc) => animations(doc).set('c', new Y.Map()))?.code).toBe('scene_full');
    expect(animations(stage.server).has('b')).toBe(true);
    expectSame(stage);
  });

  it('CHK-7: entries that are deleted and come back count', () => {
    const { animations: most } = DOCUMENT_LIMITS;
    const stage = new Stage((doc) => {
      for (let at = 0; at <= most; at++) doc.getMap('animations').set(`a${at}`, new Y.Map());
      doc.getMap('animations').delete('a0');
    });
    expect(stage.send((doc) => doc.getMap('animations').set('a0', new Y.Map()))?.code).toBe('scene_full');
    expect(stage.server.getMap('animations').size).toBe(most);
    expectSame(stage);
  });

  it('CHK-8: a frame of far too many nodes leaves one tombstone', () => {
    const stage = new Stage(box);
    const objection = stage.send((doc) => {
      for (let at = 0; at < 12_000; at++) doc.getMap('materials').set(`x${at}`, new Y.Map([['name', 'm']]));
      node(doc).set('name', 'Renamed');
    });
    expect(objection?.code).toBe('scene_full');
    expect(node(stage.server).get('name')).toBe('Renamed');
    expect(stage.server.getMap('materials').size).toBe(0);
    expect(Y.encodeStateAsUpdate(stage.server).byteLength).toBeLessThan(1_000);
    expectSame(stage);
    // The sender's next write follows its own, which are gone here: it is gone for everybody, too.
    stage.send((doc) => doc.getMap('materials').set('x1', new Y.Map([['name', 'm']])));
    expectSame(stage);
  });

  it('CHK-9: types are nested at most 16 deep, however they come', () => {
    const stage = new Stage(box);
    const nest = (doc: Y.Doc, levels: number): void => {
      let at = node(doc);
      for (let level = 0; level < levels; level++) {
        const below = new Y.Map<unknown>();
        at.set('future', below);
        at = below;
      }
    };
    expect(stage.send((doc) => nest(doc, 10))).toBeUndefined();
    expect(stage.send((doc) => nest(doc, 100))?.code).toBe('invalid_document');
    expectSame(stage);
    // So deep that the sender's own Yjs could not delete it again.
    const deep = updateOf(stage.sender, (doc) => nest(doc, 50_000));
    const intake = stage.guard.admit(deep, decodeChecked(deep), EVE);
    stage.server.transact((transaction) => {
      Y.applyUpdate(stage.server, intake.update);
      expect(intake.correct(transaction)).toBe(true);
    });
    expect(Y.encodeStateAsUpdate(stage.server).byteLength).toBeLessThan(5_000);
  });

  it('CHK-10: nested types below what the document does not have wait until it has', () => {
    const stage = new Stage(box);
    const first = updateOf(stage.sender, (doc) => node(doc).set('future', new Y.Map()));
    const second = updateOf(stage.sender, (doc) =>
      (node(doc).get('future') as Y.Map<unknown>).set('more', new Y.Map()),
    );
    expect(() => stage.receive(second)).toThrow(expect.objectContaining({ code: 'update_unresolved' }));
    expect(stage.receive(first)).toBeUndefined();
    expect(stage.receive(second)).toBeUndefined();
    expectSame(stage);
  });

  it('CHK-11: a document that is too large takes deletions only, until it is smaller again', () => {
    let time = 0;
    const stage = new Stage(box, { maxBytes: 20_000, now: () => (time += 1_000) });
    const put = (id: string) =>
      stage.send((doc) =>
        nodes(doc).set(
          id,
          new Y.Map([
            ['kind', 'group'],
            ['note', 'x'.repeat(8_000)],
          ] as never),
        ),
      );
    put('a');
    put('b');
    expect(() => put('c')).toThrow(expect.objectContaining({ code: 'scene_full' }));
    expect(stage.guard.isFull).toBe(false);
    const stuck = new Y.Doc();
    Y.applyUpdate(stuck, Y.encodeStateAsUpdate(stage.server));
    expect(stage.receive(updateOf(stuck, (doc) => nodes(doc).delete('a')))).toBeUndefined();
    expect(stage.receive(updateOf(stuck, (doc) => box(doc, 'd')))).toBeUndefined();
    expect(nodes(stage.server).has('d')).toBe(true);
  });

  it('CHK-11: what is overwritten does not count', () => {
    const stage = new Stage(box, { maxBytes: 20_000, now: () => 0 });
    for (let at = 0; at < 1_000; at++)
      expect(
        stage.send((doc) => node(doc).set('pose', { ...POSE, translation: [at, 0, 0] })),
      ).toBeUndefined();
    expectSame(stage);
  });

  it('CHK-12: what waits for its dependencies is bounded', () => {
    const stage = new Stage(box);
    // Everything after the first update that was lost has to wait.
    updateOf(stage.sender, (doc) => node(doc).set('lost', 1));
    const send = (size: number) =>
      stage.receive(updateOf(stage.sender, (doc) => node(doc).set('name', 'x'.repeat(size))));
    expect(send(10)).toBeUndefined();
    expect(send(40_000)).toBeUndefined();
    expect(() => send(40_000)).toThrow(expect.objectContaining({ code: 'update_unresolved' }));
    const small = Array.from({ length: 200 }, () => () => send(10));
    expect(() => small.forEach((each) => each())).toThrow(
      expect.objectContaining({ code: 'update_unresolved' }),
    );
    const { pendingStructs } = stage.server.store;
    expect(pendingStructs?.update.byteLength).toBeLessThan(70_000);
    // With what was missing everything is taken in.
    stage.receive(Y.encodeStateAsUpdate(stage.sender, Y.encodeStateVector(stage.server)));
    expect(stage.server.store.pendingStructs).toBeNull();
    expectSame(stage);
  });

  it('SYNC-4: a deletion of nothing is a broken frame: Yjs, which fails when it keeps one, never sees it', () => {
    const encoder = new Y.UpdateEncoderV1();
    for (const number of [0, 1, 7, 1, 3, 0]) encoding.writeVarUint(encoder.restEncoder, number);
    expect(() => decodeChecked(encoder.toUint8Array())).toThrow(
      expect.objectContaining({ code: 'bad_frame' }),
    );
  });

  it('CHK-12: what depends on others who have not sent it is refused at once', () => {
    const stage = new Stage(box);
    const bob = new Y.Doc();
    Y.applyUpdate(bob, Y.encodeStateAsUpdate(stage.server));
    Y.applyUpdate(
      stage.sender,
      updateOf(bob, (doc) => node(doc).set('name', 'by bob')),
    );
    const after = updateOf(stage.sender, (doc) => node(doc).set('name', 'after bob'));
    expect(() => stage.receive(after)).toThrow(expect.objectContaining({ code: 'update_unresolved' }));
    expect(stage.server.store.pendingStructs).toBeNull();
    stage.receive(Y.encodeStateAsUpdate(bob), BOB);
    expect(stage.receive(after)).toBeUndefined();
    expectSame(stage);
  });

  it('CHK-18: nobody deletes what others have not written yet', () => {
    const stage = new Stage(box);
    const bob = new Y.Doc();
    Y.applyUpdate(bob, Y.encodeStateAsUpdate(stage.server));
    const edit = (value: string) => updateOf(bob, (doc) => node(doc).set('name', value));
    stage.receive(edit('first'), BOB);
    // No structs, and of one client the deletion of 1,000 clocks from the first that is not there.
    const deleteAhead = (id: number) => {
      const encoder = new Y.UpdateEncoderV1();
      for (const number of [0, 1, id, 1, Y.getState(stage.server.store, id), 1_000])
        encoding.writeVarUint(encoder.restEncoder, number);
      return encoder.toUint8Array();
    };
    expect(stage.receive(deleteAhead(bob.clientID))).toMatchObject({ code: 'client_id_taken' });
    stage.receive(edit('second'), BOB);
    expect(node(stage.server).get('name')).toBe('second');
    // Not when Bob has left, either.
    stage.guard.leave(BOB.connection);
    expect(stage.receive(deleteAhead(bob.clientID))).toMatchObject({ code: 'client_id_taken' });
    stage.receive(edit('third'), BOB);
    expect(node(stage.server).get('name')).toBe('third');
    expect(stage.server.store.pendingDs).toBeNull();
  });

  it('CHK-13: what carries the client id of somebody else who is connected is left out', () => {
    const stage = new Stage(box);
    const bob = new Y.Doc();
    Y.applyUpdate(bob, Y.encodeStateAsUpdate(stage.server));
    stage.announced.set(bob.clientID, { subject: 'bob' });
    const forger = new Y.Doc();
    Y.applyUpdate(forger, Y.encodeStateAsUpdate(stage.server));
    forger.clientID = bob.clientID;
    const forged = updateOf(forger, (doc) => node(doc).set('name', 'forged'));
    expect(stage.receive(forged)).toMatchObject({ code: 'client_id_taken' });
    expect(node(stage.server).get('name')).toBe('Box');
    expect(
      stage.receive(
        updateOf(bob, (doc) => node(doc).set('name', 'by bob')),
        BOB,
      ),
    ).toBeUndefined();
    expect(node(stage.server).get('name')).toBe('by bob');
  });

  it('CHK-13: who has written first under an id has it, until they leave', () => {
    const stage = new Stage(box);
    const bob = new Y.Doc();
    Y.applyUpdate(bob, Y.encodeStateAsUpdate(stage.server));
    stage.receive(
      updateOf(bob, (doc) => node(doc).set('name', 'by bob')),
      BOB,
    );
    const forger = new Y.Doc();
    Y.applyUpdate(forger, Y.encodeStateAsUpdate(stage.server));
    forger.clientID = bob.clientID;
    const forged = updateOf(forger, (doc) => node(doc).set('name', 'forged'));
    expect(stage.receive(forged)).toMatchObject({ code: 'client_id_taken' });
    const again: Sender = { connection: {}, subject: 'bob' };
    expect(
      stage.receive(
        updateOf(bob, (doc) => node(doc).set('name', 'bob again')),
        again,
      ),
    ).toBeUndefined();
    // Somebody may bring along what he wrote when he is gone: he may have shown it to nobody else.
    const lost = updateOf(bob, (doc) => node(doc).set('name', 'bob lost it'));
    stage.guard.leave(BOB.connection);
    stage.guard.leave(again.connection);
    expect(stage.receive(lost)).toBeUndefined();
    expect(node(stage.server).get('name')).toBe('bob lost it');
  });

  it('CHK-13: announcing the id of somebody who has written does not take it from them', () => {
    const stage = new Stage(box);
    const bob = new Y.Doc();
    Y.applyUpdate(bob, Y.encodeStateAsUpdate(stage.server));
    stage.receive(
      updateOf(bob, (doc) => node(doc).set('name', 'by bob')),
      BOB,
    );
    stage.guard.leave(BOB.connection);
    stage.announced.set(bob.clientID, { subject: 'eve' });
    const again: Sender = { connection: {}, subject: 'bob' };
    expect(
      stage.receive(
        updateOf(bob, (doc) => node(doc).set('name', 'bob again')),
        again,
      ),
    ).toBeUndefined();
    expect(node(stage.server).get('name')).toBe('bob again');
  });

  it('CHK-13: nobody writes under the client id of the server', () => {
    const stage = new Stage(box);
    stage.sender.clientID = stage.server.clientID;
    const objection = stage.send((doc) => node(doc).set('name', 'the server itself'));
    expect(objection?.code).toBe('client_id_taken');
    expect(node(stage.server).get('name')).toBe('Box');
  });
});
