import { DOCUMENT_LIMITS } from '@diorama/shared';
import * as encoding from 'lib0/encoding';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import {
  box,
  BOB,
  EVE,
  mapOf,
  node,
  nodes,
  POSE,
  Stage,
  updateOf,
} from '../../../../test/support/guard-stage.js';
import { decodeChecked } from './update-check.js';

describe('what a document may hold, and what may wait', () => {
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
    stage.expectSame();
    expect(stage.send((doc) => animations(doc).delete('a0'))).toBeUndefined();
    expect(stage.send((doc) => animations(doc).set('b', new Y.Map()))).toBeUndefined();
    expect(stage.send((doc) => animations(doc).set('c', new Y.Map()))?.code).toBe('scene_full');
    expect(animations(stage.server).has('b')).toBe(true);
    stage.expectSame();
  });

  it('CHK-7: entries that are deleted and come back count', () => {
    const { animations: most } = DOCUMENT_LIMITS;
    const stage = new Stage((doc) => {
      for (let at = 0; at <= most; at++) doc.getMap('animations').set(`a${at}`, new Y.Map());
      doc.getMap('animations').delete('a0');
    });
    expect(stage.send((doc) => doc.getMap('animations').set('a0', new Y.Map()))?.code).toBe('scene_full');
    expect(stage.server.getMap('animations').size).toBe(most);
    stage.expectSame();
  });

  it('CHK-8: a frame of far too many nodes leaves one tombstone', () => {
    const stage = new Stage(box);
    const objection = stage.send((doc) => {
      for (let at = 0; at < 12_000; at++) doc.getMap('materials').set(`x${at}`, mapOf({ name: 'm' }));
      node(doc).set('name', 'Renamed');
    });
    expect(objection?.code).toBe('scene_full');
    expect(node(stage.server).get('name')).toBe('Renamed');
    expect(stage.server.getMap('materials').size).toBe(0);
    expect(Y.encodeStateAsUpdate(stage.server).byteLength).toBeLessThan(1_000);
    stage.expectSame();
    // The sender's next write refers to structs that are tombstones here, so Yjs drops it for everybody.
    stage.send((doc) => doc.getMap('materials').set('x1', mapOf({ name: 'm' })));
    stage.expectSame();
  });

  describe('CHK-24: more keys or list items at once than can be good', () => {
    const KEYS = 30_000;
    const crowd = (map: Y.Map<unknown>): void => {
      for (let at = 0; at < KEYS; at++) map.set(`k${at}`, at);
    };

    it.each([
      ['of the scene', (doc: Y.Doc) => crowd(doc.getMap('scene')), '/scene'],
      ['of a node that is there', (doc: Y.Doc) => crowd(node(doc)), '/nodes/n1'],
      [
        'of a new node',
        (doc: Y.Doc) => {
          const fresh = mapOf({ kind: 'group' });
          nodes(doc).set('n2', fresh);
          crowd(fresh);
        },
        '/nodes/n2',
      ],
      [
        'of a type in a value',
        (doc: Y.Doc) => {
          const value = new Y.Map<unknown>();
          node(doc).set('future', value);
          crowd(value);
        },
        '/nodes/n1/future',
      ],
    ])('keys %s leave tombstones, and what is good beside them stays', (_, write, pointer) => {
      const stage = new Stage(box);
      const objection = stage.send((doc) => {
        write(doc);
        nodes(doc).set('n3', mapOf({ kind: 'group' }));
      });
      expect(objection).toMatchObject({ code: 'invalid_document', issues: [{ pointer }] });
      expect([...nodes(stage.server).keys()]).toEqual(expect.arrayContaining(['n1', 'n3']));
      expect(nodes(stage.server).has('n2')).toBe(false);
      expect(stage.server.getMap('scene').size).toBe(0);
      expect(node(stage.server).has('k1')).toBe(false);
      expect(Y.encodeStateAsUpdate(stage.server).byteLength).toBeLessThan(2_000);
      stage.expectSame();
    });

    it('list items one by one leave tombstones', () => {
      const stage = new Stage((doc) => {
        box(doc);
        node(doc).set('future', Y.Array.from([0]));
      });
      const list = (doc: Y.Doc) => node(doc).get('future') as Y.Array<number>;
      const objection = stage.send((doc) => {
        // From behind, so that Yjs joins none of them.
        for (let at = 0; at < 11_000; at++) list(doc).insert(0, [at]);
      });
      expect(objection?.code).toBe('invalid_document');
      expect(list(stage.server).toArray()).toEqual([0]);
      stage.expectSame();
    });

    it('what was overwritten offline counts no more than what is left of it', () => {
      const stage = new Stage(box);
      const offline = stage.join();
      for (let at = 0; at < 2_000; at++) {
        node(offline).set('name', `Name ${at}`);
        node(offline).set('visible', at % 2 === 0);
      }
      const update = Y.encodeStateAsUpdate(offline, Y.encodeStateVector(stage.server));
      expect(stage.receive(update)).toBeUndefined();
      expect(node(stage.server).get('name')).toBe('Name 1999');
      stage.expectSame();
    });
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
    stage.expectSame();
    // Nested so deeply that the sender's own Yjs could not delete it.
    const deep = updateOf(stage.sender, (doc) => nest(doc, 50_000));
    const intake = stage.guard.admit(deep, decodeChecked(deep), EVE);
    stage.server.transact((transaction) => {
      Y.applyUpdate(stage.server, intake.update);
      expect(intake.correct(transaction, EVE)).toBe(true);
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
    stage.expectSame();
  });

  it('CHK-11: a document that is too large takes deletions only, until it is smaller again', () => {
    let time = 0;
    const stage = new Stage(box, { maxBytes: 20_000, now: () => (time += 1_000) });
    const put = (id: string) =>
      stage.send((doc) => nodes(doc).set(id, mapOf({ kind: 'group', note: 'x'.repeat(8_000) })));
    put('a');
    put('b');
    expect(() => put('c')).toThrow(
      expect.objectContaining({
        code: 'scene_full',
        message: expect.stringContaining('at most 20000 bytes') as string,
      }),
    );
    expect(stage.guard.isFull).toBe(false);
    const stuck = stage.join();
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
    stage.expectSame();
  });

  it('CHK-12: what waits for its dependencies is bounded', () => {
    const stage = new Stage(box);
    // Everything after the first lost update has to wait.
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
    // Once the missing updates come, everything is applied.
    stage.receive(Y.encodeStateAsUpdate(stage.sender, Y.encodeStateVector(stage.server)));
    expect(stage.server.store.pendingStructs).toBeNull();
    stage.expectSame();
  });

  it('SYNC-4: an update in the second encoding of Yjs is a broken frame: as one in the first it says nothing', () => {
    const doc = new Y.Doc();
    box(doc);
    const update = Y.encodeStateAsUpdateV2(doc);
    expect(Y.decodeUpdate(update).structs).toEqual([]);
    expect(() => decodeChecked(update)).toThrow(
      expect.objectContaining({ code: 'bad_frame', message: expect.stringContaining('V1') as string }),
    );
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
    const bob = stage.join();
    Y.applyUpdate(
      stage.sender,
      updateOf(bob, (doc) => node(doc).set('name', 'by bob')),
    );
    const after = updateOf(stage.sender, (doc) => node(doc).set('name', 'after bob'));
    expect(() => stage.receive(after)).toThrow(expect.objectContaining({ code: 'update_unresolved' }));
    expect(stage.server.store.pendingStructs).toBeNull();
    stage.receive(Y.encodeStateAsUpdate(bob), BOB);
    expect(stage.receive(after)).toBeUndefined();
    stage.expectSame();
  });
});
