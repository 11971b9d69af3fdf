import { writeVarUint } from 'lib0/encoding';
import { beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { seededRandom } from '../../../../test/support/random.js';
import { HeldPoses } from './held-poses.js';
import { decodeChecked } from '../checks/update-check.js';

type Node = Y.Map<unknown>;

const pose = (x: number): unknown => ({ translation: [x, 0, 0], rotation: [0, 0, 0, 1], scale: [1, 1, 1] });

const nodesOf = (doc: Y.Doc): Y.Map<Node> => doc.getMap<Node>('nodes');

/** A replica of `of` with a client id of its own. */
function replica(of: Y.Doc, clientID: number): Y.Doc {
  const doc = new Y.Doc();
  doc.clientID = clientID;
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(of));
  return doc;
}

/** The changes of `edit` as one update. */
function written(doc: Y.Doc, edit: () => void): Uint8Array {
  const before = Y.encodeStateVector(doc);
  let made: Uint8Array | undefined;
  const note = (update: Uint8Array): void => void (made = update);
  doc.on('update', note);
  doc.transact(edit);
  doc.off('update', note);
  return made ?? Y.encodeStateAsUpdate(doc, before);
}

type Structs = ReturnType<typeof Y.decodeUpdate>['structs'];
type Deletions = readonly (readonly [number, readonly { clock: number; len: number }[]])[];

/** An update of these sections and deletions, also ones that Yjs would not write. */
function composed(sections: readonly Structs[], deletions: Deletions = []): Uint8Array {
  const encoder = new Y.UpdateEncoderV1();
  const { restEncoder } = encoder;
  writeVarUint(restEncoder, sections.length);
  for (const structs of sections) {
    const { client, clock } = (structs[0] as Y.Item).id;
    writeVarUint(restEncoder, structs.length);
    encoder.writeClient(client);
    writeVarUint(restEncoder, clock);
    for (const struct of structs) struct.write(encoder, 0);
  }
  writeVarUint(restEncoder, deletions.length);
  for (const [client, ranges] of deletions) {
    writeVarUint(restEncoder, client);
    writeVarUint(restEncoder, ranges.length);
    for (const { clock, len } of ranges) {
      writeVarUint(restEncoder, clock);
      writeVarUint(restEncoder, len);
    }
  }
  return encoder.toUint8Array();
}

describe('poses that are held', () => {
  let doc: Y.Doc;
  let poses: HeldPoses;
  let ada: Y.Doc;
  beforeEach(() => {
    doc = new Y.Doc();
    doc.clientID = 1;
    doc.transact(() => {
      for (const id of ['a', 'b', 'c']) {
        const node = new Y.Map<unknown>(Object.entries({ kind: 'group', name: id, pose: pose(0) }));
        nodesOf(doc).set(id, node);
      }
      doc.getMap('scene').set('pose', pose(0));
    });
    poses = new HeldPoses(doc);
    ada = replica(doc, 2);
  });

  const recognized = (update: Uint8Array): readonly string[] | undefined =>
    poses.poseWriteOf(decodeChecked(update))?.ids;

  /** Holds the update if possible. Returns whether it was. */
  const offer = (update: Uint8Array): boolean => {
    const decoded = decodeChecked(update);
    const write = poses.poseWriteOf(decoded);
    if (write !== undefined) poses.hold(write, update, decoded.contents);
    return write !== undefined;
  };
  const integrate = (): void => void doc.transact(() => poses.integrate());
  const move = (of: Y.Doc, id: string, to: unknown = pose(1)): Uint8Array =>
    written(of, () => nodesOf(of).get(id)?.set('pose', to));

  it('SYNC-48: new poses of nodes are held, also several of one transaction and one behind the other', () => {
    expect(offer(move(ada, 'a'))).toBe(true);
    expect(offer(move(ada, 'a', pose(2)))).toBe(true);
    const both = written(ada, () => {
      for (const id of ['b', 'c']) nodesOf(ada).get(id)?.set('pose', pose(3));
    });
    expect(recognized(both)).toEqual(['b', 'c']);
    expect(offer(both)).toBe(true);
    expect(nodesOf(doc).get('a')?.get('pose')).toEqual(pose(0));
    expect(poses.state()).toEqual(Y.decodeStateVector(Y.encodeStateVector(ada)));
    integrate();
    expect(poses.isEmpty).toBe(true);
    expect(Y.encodeStateAsUpdate(doc)).toEqual(Y.encodeStateAsUpdate(replica(ada, 9)));
  });

  it('SYNC-48, CHK-23: what is more than a good pose of a node that is there is not', () => {
    const edits: Record<string, (of: Y.Doc) => void> = {
      'another key': (of) => nodesOf(of).get('a')?.set('name', 'new'),
      'a key that was not there': (of) => nodesOf(of).get('a')?.set('visible', true),
      'a pose that is none': (of) =>
        nodesOf(of)
          .get('a')
          ?.set('pose', { translation: [NaN, 0, 0] }),
      'a pose that decoders take for what every object has': (of) =>
        nodesOf(of)
          .get('a')
          ?.set('pose', { ['__proto__']: pose(1) }),
      'a pose with more than a pose in that place': (of) =>
        nodesOf(of)
          .get('a')
          ?.set('pose', { ...(pose(1) as object), ['__proto__']: {} }),
      'a pose that holds a Yjs type': (of) => nodesOf(of).get('a')?.set('pose', new Y.Map()),
      'a pose elsewhere': (of) => of.getMap('scene').set('pose', pose(1)),
      'no pose any more': (of) => nodesOf(of).get('a')?.delete('pose'),
      'a node less': (of) => nodesOf(of).delete('a'),
      'a node more': (of) =>
        nodesOf(of).set('d', new Y.Map(Object.entries({ kind: 'group', pose: pose(1) }))),
      'a pose and a node less': (of) => {
        nodesOf(of).get('a')?.set('pose', pose(1));
        nodesOf(of).delete('b');
      },
      'two poses of one node': (of) => {
        nodesOf(of).get('a')?.set('pose', pose(1));
        nodesOf(of).get('a')?.set('pose', pose(2));
      },
    };
    for (const [what, edit] of Object.entries(edits)) {
      const bob = replica(doc, 3);
      expect(recognized(written(bob, () => edit(bob))), what).toBeUndefined();
    }
    expect(recognized(Y.encodeStateAsUpdate(doc)), 'all of it once more').toBeUndefined();
  });

  it('SYNC-48: nor what two have written at the same time, or what is known, or comes too early', () => {
    const bob = replica(doc, 3);
    expect(offer(move(ada, 'a'))).toBe(true);
    expect(recognized(move(bob, 'a')), 'beside one that is held').toBeUndefined();
    expect(offer(move(bob, 'b')), 'its writer lacks one before it').toBe(false);
    const [next, later] = [move(ada, 'c'), move(ada, 'c', pose(2))];
    expect(recognized(later), 'before the one that it follows').toBeUndefined();
    expect(offer(next)).toBe(true);
    expect(recognized(next), 'once more').toBeUndefined();
    integrate();
    expect(recognized(next), 'once more, integrated').toBeUndefined();
    const twice = [move(ada, 'b'), move(ada, 'b', pose(2))].map((update) => Y.decodeUpdate(update).structs);
    expect(() => recognized(composed(twice)), 'of one writer in two sections').toThrow('twice');
    const eve = replica(doc, 4);
    nodesOf(doc).delete('a');
    expect(recognized(move(eve, 'a')), 'of a node that is gone').toBeUndefined();
  });

  it('SYNC-48: nor what is padded, or of more nodes than a gesture moves', () => {
    doc.transact(() => {
      for (let at = 0; at < 65; at++)
        nodesOf(doc).set(`n${at}`, new Y.Map(Object.entries({ kind: 'group', pose: pose(0) })));
    });
    const moved = (count: number): Uint8Array => {
      const bob = replica(doc, 3);
      return written(bob, () => {
        for (let at = 0; at < count; at++) nodesOf(bob).get(`n${at}`)?.set('pose', pose(1));
      });
    };
    expect(recognized(moved(64))).toHaveLength(64);
    expect(recognized(moved(65))).toBeUndefined();
    const bob = replica(doc, 3);
    expect(recognized(move(bob, 'a', { ...(pose(1) as object), order: 'x'.repeat(40_000) }))).toBeUndefined();
    const good = move(replica(doc, 3), 'a');
    const { structs, ds } = Y.decodeUpdate(good);
    const [client, [deletion] = []] = [...ds.clients][0] ?? [];
    if (client === undefined || deletion === undefined) throw new Error('It deletes what it replaces');
    expect(recognized(composed([structs], [[client, [deletion]]]))).toEqual(['a']);
    expect(recognized(composed([structs], [[client, [deletion, deletion]]]))).toBeUndefined();
  });

  it('SYNC-48: nor two values behind the same one', () => {
    const [first, second] = [replica(doc, 3), replica(doc, 3)].map((of, at) => move(of, 'a', pose(at)));
    const [one] = Y.decodeUpdate(first as Uint8Array).structs;
    const [two] = Y.decodeUpdate(second as Uint8Array).structs;
    if (one === undefined || two === undefined) throw new Error('Each has a struct');
    const behind = new Y.Item(
      Y.createID(3, 1),
      null,
      (two as Y.Item).origin,
      null,
      null,
      null,
      null,
      (two as Y.Item).content,
    );
    expect(recognized(composed([[one]]))).toEqual(['a']);
    expect(recognized(composed([[one, behind]]))).toBeUndefined();
  });

  it('SYNC-48: whatever is written and held, the document becomes what it would have become', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const random = seededRandom(seed);
      const start = replica(doc, 5);
      const plain = replica(doc, 6);
      const held = new HeldPoses(start);
      const settle = (): void => void start.transact(() => held.integrate());
      const writers = [7, 8, 9].map((id) => replica(doc, id));
      const onTheWay: Uint8Array[] = [];
      let holds = 0;
      for (let step = 0; step < 120; step++) {
        const writer = writers[random.int(3)] as Y.Doc;
        const id = ['a', 'b', 'c', 'd'][random.int(4)] as string;
        const update = written(writer, () => {
          const node = nodesOf(writer).get(id);
          if (node === undefined)
            nodesOf(writer).set(id, new Y.Map(Object.entries({ kind: 'group', pose: pose(step) })));
          else if (random.int(25) === 0) nodesOf(writer).delete(id);
          else if (random.int(8) === 0) node.set('name', `${step}`);
          else node.set('pose', pose(step));
        });
        onTheWay.push(update);
        const decoded = decodeChecked(update);
        const write = held.poseWriteOf(decoded);
        if (write === undefined) {
          settle();
          Y.applyUpdate(start, update);
        } else {
          holds++;
          held.hold(write, update, decoded.contents);
        }
        Y.applyUpdate(plain, update);
        // Now and then the writers sync, with any delay.
        if (random.int(3) === 0)
          for (const other of writers)
            if (random.int(3) > 0) for (const each of onTheWay) Y.applyUpdate(other, each);
      }
      expect(held.state(), `seed ${seed}`).toEqual(Y.decodeStateVector(Y.encodeStateVector(plain)));
      settle();
      expect(holds, `seed ${seed}`).toBeGreaterThan(10);
      expect(start.toJSON(), `seed ${seed}`).toEqual(plain.toJSON());
      expect(Y.encodeStateAsUpdate(start), `seed ${seed}`).toEqual(Y.encodeStateAsUpdate(plain));
    }
  });
});
