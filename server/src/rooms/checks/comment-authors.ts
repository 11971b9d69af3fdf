import { allows, fault, isSignedBy, maySign, signatureOf, type Role, type Signer } from '@diorama/shared';
import * as Y from 'yjs';
import { PreTransactionState } from './pre-transaction-state.js';
import { Corrections, type Finding } from './corrections.js';
import { DeletedMessages } from './deleted-messages.js';
import {
  authorOf,
  decideMessages,
  entriesBetween,
  setMessages,
  type MessageRights,
} from './thread-messages.js';

type Type = Y.AbstractType<unknown>;

/** Who writes, with their role on the scene. */
export interface Writer extends Signer {
  readonly role: Role;
}

export interface CommentAuthorsOptions {
  readonly doc: Y.Doc;
  /** The writer under a Yjs client id, if known. */
  readonly writerOf: (client: number) => string | undefined;
}

/**
 * Ensures that nobody comments under another name, and that commenters do not change what others have written.
 *
 * The author of a comment is the writer of its Yjs client id while the room remembers it, and its signature after that.
 */
export class CommentAuthors {
  readonly #options: CommentAuthorsOptions;
  readonly #deleted = new DeletedMessages();

  constructor(options: CommentAuthorsOptions) {
    this.#options = options;
  }

  /**
   * Must be called inside the transaction, after schema violations have been undone. Returns what was wrong with these
   * threads.
   */
  correct(transaction: Y.Transaction, threads: ReadonlySet<string>, writer: Writer): readonly Finding[] {
    const review = new Review(this.#options, transaction, writer, this.#deleted);
    for (const id of threads) review.check(id);
    return review.finish();
  }
}

class Review {
  readonly #threads: Type;
  readonly #transaction: Y.Transaction;
  readonly #before: PreTransactionState;
  readonly #corrections: Corrections;
  readonly #writer: Writer;
  readonly #moderates: boolean;
  readonly #writerOf: CommentAuthorsOptions['writerOf'];
  readonly #deleted: DeletedMessages;

  constructor(
    { doc, writerOf }: CommentAuthorsOptions,
    transaction: Y.Transaction,
    writer: Writer,
    deleted: DeletedMessages,
  ) {
    this.#threads = doc.getMap('comments') as Type;
    this.#transaction = transaction;
    this.#before = new PreTransactionState(transaction);
    this.#corrections = new Corrections(transaction, this.#before, 'not_author');
    this.#writer = writer;
    this.#moderates = allows(writer.role, 'editor');
    this.#writerOf = writerOf;
    this.#deleted = deleted;
  }

  check(id: string): void {
    const was = mapIn(this.#before.itemOf(this.#threads, id));
    const is = mapIn(live(this.#threads, id));
    if (was === undefined) {
      if (is !== undefined) this.#checkNew(id, is, undefined);
    } else if (was === is) this.#checkChanged(id, was);
    else if (!this.#moderates && !this.#ownsAllOf(was))
      this.#restore(this.#threads, ['comments', id], 'Others have written in this thread');
    else {
      this.#deleted.author(id, this.#authorBefore(was));
      if (is === undefined) this.#deleted.messages(id, this.#messagesBefore(was));
      else this.#checkNew(id, is, was);
    }
  }

  finish(): readonly Finding[] {
    return this.#corrections.apply();
  }

  #checkNew(id: string, thread: Type, instead: Type | undefined): void {
    this.#checkSignature(id, thread);
    this.#checkMessages(id, thread, instead);
  }

  #checkChanged(id: string, thread: Type): void {
    const changed = this.#transaction.changed as ReadonlyMap<unknown, ReadonlySet<string | null>>;
    for (const key of changed.get(thread) ?? []) {
      if (key === null || key === 'messages') continue;
      if (live(thread, key) === this.#before.itemOf(thread, key)) continue;
      if (key === 'author') this.#checkAuthor(id, thread);
      else if (!this.#moderates && !this.#ownsThread(thread))
        this.#restore(thread, ['comments', id, key], 'Somebody else has begun this thread');
    }
    this.#checkMessages(id, thread, thread);
  }

  /**
   * The author of a thread does not change. A thread without an author may be signed by somebody as long as nobody else
   * has written in it.
   */
  #checkAuthor(id: string, thread: Type): void {
    const was = this.#authorBefore(thread);
    if (was === authorIn(live(thread, 'author'))) return;
    if (was === '' && (this.#moderates || this.#ownsAllOf(thread))) this.#checkSignature(id, thread);
    else this.#restore(thread, ['comments', id, 'author'], 'Who has begun a thread does not change');
  }

  #checkSignature(id: string, thread: Type): void {
    const item = live(thread, 'author');
    const author = authorIn(item);
    if (item === undefined || maySign(this.#writer, author) || this.#deleted.hasAuthor(id, author)) return;
    const signature = signatureOf(this.#writer, author);
    this.#corrections.write(
      () => Y.Map.prototype.set.call(thread as Y.Map<unknown>, 'author', signature),
      fault(['comments', id, 'author'], signedAs(signature)),
      item,
    );
  }

  #checkMessages(id: string, thread: Type, earlier: Type | undefined): void {
    const before = earlier && this.#before.itemOf(earlier, 'messages');
    const entries = entriesBetween(this.#before, before, live(thread, 'messages'));
    const { wanted, faults, removed } = decideMessages(entries, this.#rights(id));
    this.#deleted.messages(id, removed);
    for (const [at, { path, message, item }] of faults.entries())
      this.#corrections.write(
        // One change of the list corrects all faults.
        () => (at === 0 ? setMessages(thread as Y.Map<unknown>, wanted) : undefined),
        fault(['comments', id, 'messages', ...path], message),
        item,
      );
  }

  #rights(id: string): MessageRights {
    return {
      moderates: this.#moderates,
      owns: (item, author) => this.#owns(item, author),
      maySign: (author) => maySign(this.#writer, author),
      signature: (given) => signatureOf(this.#writer, given),
      signedAs,
      wasDeleted: (message) => this.#deleted.hasMessage(id, message),
    };
  }

  #ownsThread(thread: Type): boolean {
    const author = this.#authorBefore(thread);
    const item = this.#before.itemOf(thread, 'author') ?? thread._item;
    if (item !== null && this.#owns(item, author)) return true;
    return author === '' && this.#messagesBefore(thread).length === 0;
  }

  #ownsAllOf(thread: Type): boolean {
    if (!this.#ownsThread(thread)) return false;
    const messages = entriesBetween(this.#before, this.#before.itemOf(thread, 'messages'), undefined);
    return messages.every(({ item, was }) => this.#owns(item, authorOf(was)));
  }

  #owns(item: Y.Item, author: string): boolean {
    const writer = this.#writerOf(item.id.client);
    return writer === undefined ? isSignedBy(this.#writer, author) : writer === this.#writer.subject;
  }

  #authorBefore(thread: Type): string {
    const item = this.#before.itemOf(thread, 'author');
    const author = item && this.#before.plainOf(item);
    return typeof author === 'string' ? author : '';
  }

  #messagesBefore(thread: Type): unknown[] {
    const item = this.#before.itemOf(thread, 'messages');
    return entriesBetween(this.#before, item, undefined).map(({ was }) => was);
  }

  #restore(map: Type, path: readonly string[], message: string): void {
    this.#corrections.restore(map, path[path.length - 1] as string, [fault(path, message)]);
  }
}

const signedAs = (signature: string): string =>
  `Comments are signed by who writes them: it is signed ${JSON.stringify(signature)} now`;

function live(map: Type, key: string): Y.Item | undefined {
  const item = map._map.get(key);
  return item?.deleted === false ? item : undefined;
}

/** The Y.Map in an item; undefined if the item holds anything else, which no reader takes for a thread. */
function mapIn(item: Y.Item | undefined): Type | undefined {
  const type = item?.content instanceof Y.ContentType ? (item.content.type as Type) : undefined;
  return type?.constructor === Y.Map ? type : undefined;
}

function authorIn(item: Y.Item | undefined): string {
  const values = (item?.content.getContent() ?? []) as unknown[];
  const author = values[values.length - 1];
  return typeof author === 'string' ? author : '';
}
