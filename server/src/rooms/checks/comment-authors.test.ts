import { CommentsDoc } from '@diorama/shared';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { mapOf, person, Stage, updateOf, type Person } from '../../../../test/support/guard-stage.js';

const ADA = person('ada', 'editor', 'Ada');
const CORA = person('cora', 'commenter', 'Cora');
const MAX = person('max', 'commenter', 'Max');
const GUEST = person('link:shl_1:k1', 'commenter', 'Client review');

const says = (author: string, text: string, id = text) => ({ id, author, text, createdAt: '2026-01-02' });

const comments = (doc: Y.Doc): Y.Map<Y.Map<unknown>> => doc.getMap('comments');
const thread = (doc: Y.Doc, id = 't'): Y.Map<unknown> => comments(doc).get(id) as Y.Map<unknown>;
const messages = (doc: Y.Doc): Y.Array<unknown> => thread(doc).get('messages') as Y.Array<unknown>;
const open = (author: string, ...said: object[]) =>
  mapOf({ author, messages: Y.Array.from(said as never[]) });

/** A scene in which Cora has begun a thread and Max has answered, with a replica for everybody. */
function setUp() {
  const stage = new Stage();
  const docs = new Map<Person, Y.Doc>();
  const by = (who: Person, write: (doc: Y.Doc) => void) => {
    const doc = docs.get(who) ?? stage.join({ connected: true });
    docs.set(who, doc);
    return stage.sendFrom(doc, who, write);
  };
  by(CORA, (doc) => comments(doc).set('t', open('Cora', says('Cora', 'dark?'))));
  by(MAX, (doc) => messages(doc).push([says('Max', 'yes')]));
  const before = thread(stage.server).toJSON();
  return { stage, by, before, now: () => thread(stage.server).toJSON() };
}

/** The same after a restart, when the writers of client ids are no longer known. */
function setUpAgain() {
  const stage = new Stage((doc) => {
    comments(doc).set('t', open('Cora', says('Cora', 'dark?'), says('Max', 'yes')));
  });
  const by = (who: Person, write: (doc: Y.Doc) => void) =>
    stage.sendFrom(stage.join({ connected: true }), who, write);
  return { stage, by, before: thread(stage.server).toJSON(), now: () => thread(stage.server).toJSON() };
}

describe('who signs a comment', () => {
  it('CHK-20: somebody else, and it is signed by who wrote it; the text stays', () => {
    const { stage, by } = setUp();
    const objection = by(MAX, (doc) => {
      messages(doc).push([says('Cora', 'forged')]);
      comments(doc).set('u', open('Ada', says('Ada', 'mine?')));
    });
    expect(objection?.code).toBe('not_author');
    expect(objection?.issues.map(({ pointer }) => pointer).sort()).toEqual([
      '/comments/t/messages/2/author',
      '/comments/u/author',
      '/comments/u/messages/0/author',
    ]);
    expect(objection?.issues[0]?.message).toContain('"Max"');
    expect(messages(stage.server).get(2)).toEqual(says('Max', 'forged'));
    expect(thread(stage.server, 'u').toJSON()).toEqual({ author: 'Max', messages: [says('Max', 'mine?')] });
    stage.expectSame();
  });

  it.each(['Ada', 'ada', ''])('CHK-20: an editor may sign with name, subject or not at all: %j', (author) => {
    const { by } = setUp();
    expect(by(ADA, (doc) => messages(doc).push([says(author, 'hm')]))).toBeUndefined();
  });

  it('CHK-20: editors and owners do not write in the names of others either', () => {
    const { stage, by } = setUp();
    for (const who of [ADA, person('olga', 'owner', 'Olga')]) {
      expect(by(who, (doc) => messages(doc).push([says('Max', `by ${who.name}`)]))?.code).toBe('not_author');
      expect(messages(stage.server).toArray().at(-1)).toMatchObject({ author: who.name });
    }
    stage.expectSame();
  });

  it('CHK-20: a message that is a Y.Map, or one of a plain list, is signed all the same', () => {
    const { stage, by } = setUp();
    by(MAX, (doc) => messages(doc).push([mapOf(says('Ada', 'map'))]));
    by(MAX, (doc) => comments(doc).set('p', mapOf({ messages: [says('Ada', 'plain')] })));
    expect(messages(stage.server).toJSON().at(-1)).toEqual(says('Max', 'map'));
    expect(thread(stage.server, 'p').toJSON()).toEqual({ messages: [says('Max', 'plain')] });
    stage.expectSame();
  });

  it('CHK-20: guests go by the name that they give, marked as guests', () => {
    const { stage, by } = setUp();
    expect(by(GUEST, (doc) => messages(doc).push([says('Bo (guest)', 'hello')]))).toBeUndefined();
    expect(by(GUEST, (doc) => messages(doc).push([says('Ada', 'boo')]))?.code).toBe('not_author');
    expect(messages(stage.server).get(3)).toMatchObject({ author: 'Ada (guest)' });
    stage.expectSame();
  });

  it('CHK-20: who has begun a thread does not change', () => {
    const { stage, by, before, now } = setUp();
    for (const who of [CORA, MAX, ADA]) {
      const objection = by(who, (doc) => thread(doc).set('author', who.name === 'Max' ? 'Max' : 'Zoe'));
      expect(objection).toMatchObject({ code: 'not_author', issues: [{ pointer: '/comments/t/author' }] });
    }
    expect(now()).toEqual(before);
    stage.expectSame();
  });

  it('CHK-20: a thread may be written key by key', () => {
    const { stage, by } = setUp();
    expect(by(MAX, (doc) => comments(doc).set('u', new Y.Map()))).toBeUndefined();
    expect(by(MAX, (doc) => thread(doc, 'u').set('author', 'Max'))).toBeUndefined();
    expect(by(MAX, (doc) => thread(doc, 'u').set('messages', [says('Max', 'slow')]))).toBeUndefined();
    stage.expectSame();
  });

  it('CHK-20: under the client id of somebody who has left it is signed by who brings it', () => {
    const { stage } = setUp();
    const cora = stage.join();
    cora.clientID = 77;
    stage.sendFrom(cora, CORA, (doc) => messages(doc).push([says('Cora', 'mine')]));
    stage.guard.leave(CORA.connection);
    const forged = updateOf(cora, (doc) => messages(doc).push([says('Cora', 'forged')]));
    expect(stage.receive(forged, MAX)?.code).toBe('not_author');
    expect(messages(stage.server).get(3)).toMatchObject({ author: 'Max', text: 'forged' });
  });
});

type Write = (doc: Y.Doc) => void;

/** What Max may not do to a thread that Cora has begun. */
const MEDDLING: Record<string, Write> = {
  'removes a message': (doc) => messages(doc).delete(0, 1),
  'changes a message': (doc) => {
    messages(doc).delete(0, 1);
    messages(doc).insert(0, [says('Cora', 'bright!', 'dark?')]);
  },
  'changes a message into one of his own': (doc) => {
    messages(doc).delete(0, 1);
    messages(doc).insert(0, [says('Max', 'bright!', 'dark?')]);
  },
  'writes the list anew without it': (doc) => thread(doc).set('messages', [says('Max', 'yes')]),
  'removes the thread': (doc) => comments(doc).delete('t'),
  'replaces the thread': (doc) => comments(doc).set('t', open('Max', says('Max', 'ha'))),
  'resolves it': (doc) => thread(doc).set('resolved', true),
  'moves it': (doc) => thread(doc).set('anchor', { node: null, point: [9, 9, 9] }),
  'adds a key': (doc) => thread(doc).set('note', 'x'),
};

describe('what others have written', () => {
  it.each(
    Object.entries(MEDDLING).flatMap(([name, write]) => [
      { name, write, prepare: setUp },
      { name: `${name}, long afterwards`, write, prepare: setUpAgain },
    ]),
  )('CHK-21: a commenter who $name is undone, and told', ({ write, prepare }) => {
    const { stage, by, before, now } = prepare();
    const objection = by(MAX, write);
    expect(objection?.code).toBe('not_author');
    expect(objection?.issues[0]?.pointer).toMatch(/^\/comments\/t/);
    expect(now()).toEqual(before);
    stage.expectSame();
  });

  it.each<[string, Write]>([
    ['messages', (doc) => messages(doc).delete(0, 2)],
    ['list', (doc) => thread(doc).delete('messages')],
  ])('CHK-21: of a thread whose %s somebody removes, their own messages are gone', (_, write) => {
    const { stage, by, before, now } = setUp();
    expect(by(MAX, write)?.code).toBe('not_author');
    expect(now()).toEqual({ ...before, messages: [says('Cora', 'dark?')] });
    stage.expectSame();
  });

  it('CHK-21: what a commenter adds in the same frame stays', () => {
    const { stage, by, before, now } = setUp();
    const objection = by(MAX, (doc) => {
      messages(doc).delete(0, 2);
      messages(doc).push([says('Max', 'late')]);
    });
    expect(objection).toMatchObject({
      code: 'not_author',
      issues: [{ pointer: '/comments/t/messages/0' }],
    });
    // His own message is deleted, as he wished.
    expect(now()).toEqual({ ...before, messages: [says('Cora', 'dark?'), says('Max', 'late')] });
    stage.expectSame();
  });

  it.each([
    ['at once', setUp],
    ['long afterwards', setUpAgain],
  ])('CHK-21: a commenter takes back and changes what is their own, %s', (_, prepare) => {
    const { stage, by } = prepare();
    const changed = by(MAX, (doc) => {
      messages(doc).delete(1, 1);
      messages(doc).push([says('Max', 'no', 'yes')]);
    });
    expect(changed).toBeUndefined();
    expect(by(CORA, (doc) => thread(doc).set('resolved', true))).toBeUndefined();
    expect(by(MAX, (doc) => messages(doc).delete(1, 1))).toBeUndefined();
    expect(by(CORA, (doc) => comments(doc).delete('t'))).toBeUndefined();
    expect(comments(stage.server).size).toBe(0);
    stage.expectSame();
  });

  it('CHK-21: nobody has what somebody else of the same name wrote, as long as that is known', () => {
    const { stage, by, before, now } = setUp();
    const namesake = person('other', 'commenter', 'Cora');
    expect(by(namesake, (doc) => messages(doc).delete(0, 1))?.code).toBe('not_author');
    expect(now()).toEqual(before);
    stage.expectSame();
  });

  it('CHK-21: a guest takes back what that connection wrote, and nothing of a guest who gave the same name', () => {
    const { stage, by } = setUp();
    const other = person('link:shl_1:k2', 'commenter', GUEST.name);
    by(GUEST, (doc) => messages(doc).push([says('Bo (guest)', 'hello')]));
    expect(by(other, (doc) => messages(doc).delete(2, 1))?.code).toBe('not_author');
    expect(messages(stage.server).length).toBe(3);
    expect(by(GUEST, (doc) => messages(doc).delete(2, 1))).toMatchObject({ code: 'not_author' });
    stage.expectSame();
  });

  it("CHK-21: editors and owners remove and resolve anybody's, and change nobody's words", () => {
    const { stage, by } = setUp();
    expect(by(ADA, (doc) => thread(doc).set('resolved', true))).toBeUndefined();
    expect(by(ADA, (doc) => messages(doc).delete(1, 1))).toBeUndefined();
    const changed = by(ADA, (doc) => {
      messages(doc).delete(0, 1);
      messages(doc).insert(0, [says('Cora', 'bright!', 'dark?')]);
    });
    expect(changed?.code).toBe('not_author');
    expect(messages(stage.server).toJSON()).toEqual([says('Ada', 'bright!', 'dark?')]);
    expect(by(ADA, (doc) => comments(doc).delete('t'))).toBeUndefined();
    expect(comments(stage.server).size).toBe(0);
    stage.expectSame();
  });

  it("CHK-21: a list that is written anew as it was, or in another order, is nobody's offence", () => {
    const { stage, by, before, now } = setUp();
    expect(by(MAX, (doc) => void thread(doc).set('messages', messages(doc).toJSON()))).toBeUndefined();
    expect(now()).toEqual(before);
    stage.expectSame();
  });

  it('CHK-22: a deletion that is taken back brings the comments of others back as they were', () => {
    const { stage, before, now } = setUp();
    const doc = stage.join({ connected: true });
    const undo = new Y.UndoManager(comments(doc), { trackedOrigins: new Set(['ada']) });
    const objections: unknown[] = [];
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === 'ada' || origin === undo) objections.push(stage.receive(update, ADA));
    });
    doc.transact(() => new CommentsDoc(doc).remove('t'), 'ada');
    expect(comments(stage.server).size).toBe(0);
    undo.undo();
    expect(objections).toEqual([undefined, undefined]);
    expect(now()).toEqual(before);
    stage.expectSame();
  });
});
