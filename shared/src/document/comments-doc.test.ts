import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { CommentsDoc } from './comments-doc.js';

const at = '2026-01-02T03:04:05Z';
const says = (author: string, text: string) => ({ author, text, createdAt: at });

describe('comment threads', () => {
  it('DOC-22: a thread has an anchor, its messages in order, and is open until it is resolved', () => {
    const comments = new CommentsDoc(new Y.Doc());
    const id = comments.open(says('Ada', 'Too red?'), { node: 'lamp', point: [0, 1, 0] });
    comments.reply(id, says('Ben', 'A little'));
    expect(comments.thread(id)).toMatchObject({
      anchor: { node: 'lamp', point: [0, 1, 0] },
      author: 'Ada',
      resolved: false,
    });
    expect(comments.thread(id)?.messages.map(({ text }) => text)).toEqual(['Too red?', 'A little']);
    comments.setResolved(id, true);
    expect(comments.threads().get(id)?.resolved).toBe(true);
    comments.remove(id);
    expect(comments.threads().size).toBe(0);
  });

  it('DOC-22: two people who answer at the same time are both heard', () => {
    const [a, b] = [new Y.Doc(), new Y.Doc()];
    const id = new CommentsDoc(a).open(says('Ada', 'Hello?'));
    Y.applyUpdate(b, Y.encodeStateAsUpdate(a));
    new CommentsDoc(a).reply(id, says('Ada', 'one'));
    new CommentsDoc(b).reply(id, says('Ben', 'two'));
    Y.applyUpdate(a, Y.encodeStateAsUpdate(b));
    Y.applyUpdate(b, Y.encodeStateAsUpdate(a));
    const texts = (doc: Y.Doc) => new CommentsDoc(doc).thread(id)?.messages.map(({ text }) => text);
    expect(texts(a)?.sort()).toEqual(['Hello?', 'one', 'two']);
    expect(texts(b)).toEqual(texts(a));
  });

  it('DOC-22: a thread that a foreign client wrote as plain JSON takes answers too', () => {
    const doc = new Y.Doc();
    const plain = { id: 'm', author: 'Cy', text: 'plain', createdAt: at };
    doc.getMap('comments').set('t', new Y.Map<unknown>([['messages', [plain]]]));
    const comments = new CommentsDoc(doc);
    comments.reply('t', says('Ada', 'more'));
    expect(comments.thread('t')?.messages.map(({ text }) => text)).toEqual(['plain', 'more']);
  });

  it('DOC-22: what breaks the schema is refused before anything is written', () => {
    const doc = new Y.Doc();
    const comments = new CommentsDoc(doc);
    expect(() => comments.open(says('Ada', 'x'.repeat(20_000)))).toThrow(/breaks the schema/);
    expect(() => comments.reply('nobody', says('Ada', 'x'))).toThrow(/no comment thread/);
    expect(Y.encodeStateAsUpdate(doc).byteLength).toBe(2);
  });
});
