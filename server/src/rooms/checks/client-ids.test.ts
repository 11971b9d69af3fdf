import * as encoding from 'lib0/encoding';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { box, BOB, node, person, Stage, updateOf } from '../../../../test/support/guard-stage.js';

describe('Yjs client ids', () => {
  it('CHK-18: nobody deletes what others have not written yet', () => {
    const stage = new Stage(box);
    const bob = stage.join();
    const edit = (value: string) => updateOf(bob, (doc) => node(doc).set('name', value));
    stage.receive(edit('first'), BOB);
    // No structs; for one client the deletion of 1,000 clocks that do not exist yet.
    const deleteAhead = (id: number) => {
      const encoder = new Y.UpdateEncoderV1();
      for (const number of [0, 1, id, 1, Y.getState(stage.server.store, id), 1_000])
        encoding.writeVarUint(encoder.restEncoder, number);
      return encoder.toUint8Array();
    };
    expect(stage.receive(deleteAhead(bob.clientID))).toMatchObject({ code: 'client_id_taken' });
    stage.receive(edit('second'), BOB);
    expect(node(stage.server).get('name')).toBe('second');
    // Nor after Bob has left.
    stage.guard.leave(BOB.connection);
    expect(stage.receive(deleteAhead(bob.clientID))).toMatchObject({ code: 'client_id_taken' });
    stage.receive(edit('third'), BOB);
    expect(node(stage.server).get('name')).toBe('third');
    expect(stage.server.store.pendingDs).toBeNull();
  });

  it('CHK-13: what carries the client id of somebody else who is connected is left out', () => {
    const stage = new Stage(box);
    const bob = stage.join();
    stage.announced.set(bob.clientID, { subject: 'bob' });
    const forger = stage.join();
    forger.clientID = bob.clientID;
    const forged = updateOf(forger, (doc) => node(doc).set('name', 'forged'));
    expect(stage.receive(forged)).toMatchObject({ code: 'client_id_taken' });
    expect(node(stage.server).get('name')).toBe('Box');
    expect(stage.sendFrom(bob, BOB, (doc) => node(doc).set('name', 'by bob'))).toBeUndefined();
    expect(node(stage.server).get('name')).toBe('by bob');
  });

  it('CHK-13: who has written first under an id has it, until they leave', () => {
    const stage = new Stage(box);
    const bob = stage.join();
    stage.sendFrom(bob, BOB, (doc) => node(doc).set('name', 'by bob'));
    const forger = stage.join();
    forger.clientID = bob.clientID;
    const forged = updateOf(forger, (doc) => node(doc).set('name', 'forged'));
    expect(stage.receive(forged)).toMatchObject({ code: 'client_id_taken' });
    const again = person('bob');
    expect(stage.sendFrom(bob, again, (doc) => node(doc).set('name', 'bob again'))).toBeUndefined();
    // Somebody else may deliver what Bob wrote once he has left: he may have sent it to nobody else.
    const lost = updateOf(bob, (doc) => node(doc).set('name', 'bob lost it'));
    stage.guard.leave(BOB.connection);
    stage.guard.leave(again.connection);
    expect(stage.receive(lost)).toBeUndefined();
    expect(node(stage.server).get('name')).toBe('bob lost it');
  });

  it('CHK-13: announcing the id of somebody who has written does not take it from them', () => {
    const stage = new Stage(box);
    const bob = stage.join();
    stage.sendFrom(bob, BOB, (doc) => node(doc).set('name', 'by bob'));
    stage.guard.leave(BOB.connection);
    stage.announced.set(bob.clientID, { subject: 'eve' });
    const again = person('bob');
    expect(stage.sendFrom(bob, again, (doc) => node(doc).set('name', 'bob again'))).toBeUndefined();
    expect(node(stage.server).get('name')).toBe('bob again');
  });

  it('CHK-13: nobody writes under the client id of the server', () => {
    const stage = new Stage(box);
    stage.sender.clientID = stage.server.clientID;
    const objection = stage.send((doc) => node(doc).set('name', 'the server itself'));
    expect(objection?.code).toBe('client_id_taken');
    expect(node(stage.server).get('name')).toBe('Box');
  });

  it('CHK-13: what is forged is told first, whatever else is wrong in the same frame', () => {
    const stage = new Stage(box);
    const bad = updateOf(stage.sender, (doc) => node(doc).set('pose', 'no pose'));
    stage.sender.clientID = stage.server.clientID;
    const forged = updateOf(stage.sender, (doc) => node(doc).set('name', 'the server itself'));
    expect(stage.receive(Y.mergeUpdates([bad, forged]))).toMatchObject({ code: 'client_id_taken' });
  });
});
