import { documentToJson } from '@diorama/shared';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import {
  box,
  light,
  mapOf,
  node,
  nodes,
  POSE,
  raw,
  Stage,
  updateOf,
} from '../../../../test/support/guard-stage.js';

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
  'a pose that is gone after a reload': {
    write: (doc) => node(doc).set('pose', { ['__proto__']: { ...POSE, translation: [7, 8, 9] } }),
    pointer: '/nodes/n1/pose',
  },
  'a value of which some is gone after a reload': {
    write: (doc) => node(doc).set('extras', { list: [{ kept: 1, ['__proto__']: { gone: 1 } }] }),
    pointer: '/nodes/n1/extras/list/0',
  },
  'a nested type with a key that no JSON object keeps': {
    write: (doc) => node(doc).set('pose', mapOf({ ['__proto__']: { translation: [7, 8, 9] } })),
    pointer: '/nodes/n1/pose/__proto__',
  },
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
    write: (doc) => nodes(doc).set('n2', mapOf({ name: 'x' })),
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
    fill: (doc) => void doc.getMap('materials').set('m', mapOf({ roughness: 1 })),
    write: (doc) => (doc.getMap('materials').get('m') as Y.Map<unknown>).set('roughness', 2),
    pointer: '/materials/m/roughness',
  },
  'a message that is none': {
    fill: (doc) => {
      box(doc);
      const said = { id: 'a', author: 'eve', text: 'hi', createdAt: 'now' };
      doc.getMap('comments').set('c', mapOf({ messages: Y.Array.from([said]) }));
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
      node(doc).set('geometry', mapOf({ type: 'box', width: 2 }));
    },
    write: (doc) => (node(doc).get('geometry') as Y.Map<unknown>).delete('type'),
    pointer: '/nodes/n1/geometry/type',
  },
  'a pose as list that loses a number': {
    fill: (doc) => {
      box(doc);
      node(doc).set('pose', mapOf({ translation: Y.Array.from([1, 2, 3]) }));
    },
    write: (doc) => {
      const pose = node(doc).get('pose') as Y.Map<Y.Array<number>>;
      pose.get('translation')?.delete(1, 1);
    },
    pointer: '/nodes/n1/pose/translation',
  },
};

describe('what a client writes against the schema', () => {
  it('CHK-1: gives way to what was there also where Yjs could not write that as it is', () => {
    const stage = new Stage((doc) => {
      box(doc);
      const odd: Record<string, unknown> = { kept: 2 };
      node(doc).set('future', odd);
      // Yjs keeps the object itself, and encodes what it is by then.
      odd['constructor'] = 1;
    });
    expect(stage.send((doc) => node(doc).set('future', Number.NaN))?.code).toBe('invalid_document');
    expect(raw(stage.server)).toMatchObject({ nodes: { n1: { future: { kept: 2, constructor: 1 } } } });
    stage.expectSame();
  });

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
      stage.expectSame();
      for (const state of stage.seen) expect(state).toEqual(before);
      expect(Y.encodeStateAsUpdate(stage.server).byteLength).toBeLessThan(5_000);
      expect(Y.encodeStateAsUpdate(stage.sender).byteLength).toBeLessThan(5_000);
    },
  );

  it('CHK-23: what stands below a key that is gone after a reload never shows, and the scene is the same after one', () => {
    const stage = new Stage(box);
    for (const pose of [{ ['__proto__']: POSE }, { ...POSE, ['__proto__']: { rock: 1 } }]) {
      expect(stage.send((doc) => node(doc).set('pose', pose))?.code).toBe('invalid_document');
      const reloaded = new Y.Doc();
      Y.applyUpdate(reloaded, Y.encodeStateAsUpdate(stage.server));
      expect(node(stage.server).get('pose')).toEqual(POSE);
      expect(raw(reloaded)).toEqual(raw(stage.server));
    }
  });

  it('CHK-2: what is good beside it stays', () => {
    const stage = new Stage(box);
    const objection = stage.send((doc) => {
      node(doc).set('name', 'Renamed');
      node(doc).set('pose', { ...POSE, translation: [1, 2] });
      nodes(doc).set('n2', mapOf({ kind: 'group', visible: 'maybe', locked: true }));
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
    stage.expectSame();
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
      nodes(doc).set('odd', mapOf({ kind: 'sprite', pose: 'none' }));
      nodes(doc).set('bad', mapOf({ kind: 'group', pose: 'none', locked: 'x' }));
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
    stage.expectSame();
  });

  it('CHK-5: a correction does not win over what the sender or others write meanwhile', () => {
    const stage = new Stage(box);
    const moved = { ...POSE, translation: [7, 7, 7] };
    // One in some hundreds of clients happens to choose a smaller id than the server's.
    stage.sender.clientID = 2 ** 31;
    const bad = updateOf(stage.sender, (doc) => node(doc).set('pose', 'nowhere'));
    const good = updateOf(stage.sender, (doc) => node(doc).set('pose', moved));
    expect(stage.receive(bad)).toBeDefined();
    expect(node(stage.server).get('pose')).toEqual(POSE);
    expect(stage.receive(good)).toBeUndefined();
    expect(node(stage.server).get('pose')).toEqual(moved);
    stage.expectSame();
  });

  it('CHK-5: what somebody else has written over it already stays', () => {
    const stage = new Stage(box);
    const high = stage.join();
    high.clientID = 2 ** 32 - 1;
    const bad = updateOf(stage.sender, (doc) => node(doc).set('pose', NaN));
    const moved = { ...POSE, translation: [7, 7, 7] };
    stage.receive(updateOf(high, (doc) => node(doc).set('pose', moved)));
    expect(stage.receive(bad)).toBeUndefined();
    expect(node(stage.server).get('pose')).toEqual(moved);
    stage.expectSame();
  });

  it('CHK-5: a message that somebody adds at the same time stays', () => {
    const stage = new Stage((doc) => {
      doc.getMap('comments').set('c', mapOf({ messages: new Y.Array() }));
    });
    const messages = (doc: Y.Doc) =>
      (doc.getMap('comments').get('c') as Y.Map<Y.Array<unknown>>).get('messages') as Y.Array<unknown>;
    const said = { id: 'a', author: 'eve', text: 'hi', createdAt: 'now' };
    const bad = updateOf(stage.sender, (doc) => messages(doc).push([{ ...said, text: 5 }, said]));
    const friend = stage.join();
    const good = updateOf(friend, (doc) => messages(doc).push([{ ...said, id: 'b' }]));
    expect(stage.receive(bad)?.issues[0]?.pointer).toBe('/comments/c/messages/0/text');
    expect(stage.receive(good)).toBeUndefined();
    expect(messages(stage.server).toJSON()).toEqual([{ ...said, id: 'b' }]);
    stage.expectSame();
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
    stage.expectSame();
  });
});
