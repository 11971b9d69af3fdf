import { setArray, toStorable } from '@diorama/shared';
import * as Y from 'yjs';
import type { PreTransactionState } from './pre-transaction-state.js';
import { fingerprint } from './deleted-messages.js';

/** Most messages in a thread. */
const MESSAGES_MAX = 1_000;

/** A message before and after a transaction, as plain JSON; undefined where it did not exist. */
export interface MessageEntry {
  readonly item: Y.Item;
  readonly was: unknown;
  readonly is: unknown;
}

/** What a writer may do to the messages of a thread. */
export interface MessageRights {
  readonly moderates: boolean;
  readonly owns: (item: Y.Item, author: string) => boolean;
  readonly maySign: (author: string) => boolean;
  readonly signature: (given: string) => string;
  readonly signedAs: (signature: string) => string;
  /** Whether exactly this message was deleted recently. */
  readonly wasDeleted: (message: unknown) => boolean;
}

export interface MessageFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly item: Y.Item;
}

export interface Decision {
  /** The corrected messages; meaningless if there are no faults. */
  readonly wanted: readonly unknown[];
  readonly faults: readonly MessageFault[];
  /** Messages whose removal is allowed. */
  readonly removed: readonly unknown[];
}

const NOTHING: Decision = Object.freeze({ wanted: [], faults: [], removed: [] });

/** Pairs the messages before and after a transaction, in order. Within the same list, messages keep their place. */
export function entriesBetween(
  before: PreTransactionState,
  was: Y.Item | undefined,
  is: Y.Item | undefined,
): MessageEntry[] {
  if (was !== undefined && was === is && arrayIn(is) !== undefined) return inList(before, is);
  const earlier = was === undefined ? [] : inList(before, was).filter((entry) => entry.was !== undefined);
  const now = is === undefined ? [] : inList(before, is).filter((entry) => entry.is !== undefined);
  return [
    ...earlier.map((entry) => ({ ...entry, is: undefined })),
    ...now.map((entry) => ({ ...entry, was: undefined })),
  ];
}

/** Decides about changed messages by the writer's rights. */
export function decideMessages(entries: readonly MessageEntry[], rights: MessageRights): Decision {
  const steps = stepsOf(entries);
  if (steps.every(({ kind }) => kind === 'kept')) return NOTHING;
  const faults: MessageFault[] = [];
  const removed: unknown[] = [];
  const restored = new Set<unknown>();
  for (const [at, { kind, value, item }] of steps.entries()) {
    if (kind !== 'removed') continue;
    if (rights.moderates || rights.owns(item, authorOf(value))) removed.push(value);
    else {
      restored.add(idOf(value));
      faults.push({ path: [at], message: 'Somebody else has written it', item });
    }
  }
  const wanted: unknown[] = [];
  for (const { kind, value, item } of steps) {
    if (kind === 'kept' || (kind === 'removed' && restored.has(idOf(value)))) wanted.push(value);
    // The replacement of a message that stays is dropped.
    if (kind !== 'added' || restored.has(idOf(value))) continue;
    const author = authorOf(value);
    if (rights.maySign(author) || rights.wasDeleted(value)) wanted.push(value);
    else {
      const signature = rights.signature(author);
      faults.push({ path: [wanted.length, 'author'], message: rights.signedAs(signature), item });
      wanted.push({ ...(value as object), author: signature });
    }
  }
  return { wanted: wanted.slice(0, MESSAGES_MAX), faults, removed };
}

/** Sets the messages of a thread. */
export function setMessages(thread: Y.Map<unknown>, messages: readonly unknown[]): void {
  const list = thread.get('messages');
  const values = messages.map(toStorable);
  if (list instanceof Y.Array) setArray(list as Y.Array<unknown>, values);
  else thread.set('messages', Y.Array.from(values as never[]));
}

interface Step {
  readonly kind: 'kept' | 'removed' | 'added';
  readonly value: unknown;
  readonly item: Y.Item;
}

/** A changed message counts as removed and added. A moved or identically rewritten one counts as kept. */
function stepsOf(entries: readonly MessageEntry[]): Step[] {
  const steps = entries.flatMap(({ was, is, item }): Step[] => {
    if (is !== undefined && was !== undefined && fingerprint(was) === fingerprint(is))
      return [{ kind: 'kept', value: is, item }];
    return [
      ...(was === undefined ? [] : [{ kind: 'removed' as const, value: was, item }]),
      ...(is === undefined ? [] : [{ kind: 'added' as const, value: is, item }]),
    ];
  });
  const gone = new Map<string, number>();
  for (const { kind, value } of steps) {
    if (kind !== 'removed') continue;
    const print = fingerprint(value);
    gone.set(print, (gone.get(print) ?? 0) + 1);
  }
  if (gone.size === 0) return steps;
  const back = new Map<string, number>();
  const taken = (counts: Map<string, number>, print: string): boolean => {
    const left = counts.get(print) ?? 0;
    if (left > 0) counts.set(print, left - 1);
    return left > 0;
  };
  return steps
    .map((step) => {
      const print = step.kind === 'added' ? fingerprint(step.value) : '';
      if (print === '' || !taken(gone, print)) return step;
      back.set(print, (back.get(print) ?? 0) + 1);
      return { ...step, kind: 'kept' as const };
    })
    .filter(({ kind, value }) => kind !== 'removed' || !taken(back, fingerprint(value)));
}

/** The values of a Y.Array or a plain JSON array, each with the item that wrote it. */
function inList(before: PreTransactionState, item: Y.Item): MessageEntry[] {
  const list = arrayIn(item);
  if (list === undefined) {
    const { arr } = item.content as { arr?: readonly unknown[] };
    const plain = arr?.[arr.length - 1];
    return Array.isArray(plain) ? plain.map((value: unknown) => ({ item, was: value, is: value })) : [];
  }
  const entries: MessageEntry[] = [];
  for (let at = list._start; at !== null; at = at.right) {
    const wasThere = before.wasLive(at);
    if (!at.countable || (at.deleted && !wasThere)) continue;
    const values = at.content instanceof Y.ContentType ? [undefined] : (at.content.getContent() as unknown[]);
    for (const value of values)
      entries.push({
        item: at,
        was: wasThere ? (value ?? before.plainOf(at)) : undefined,
        is: at.deleted ? undefined : (value ?? plainNow(at)),
      });
  }
  return entries;
}

function arrayIn(item: Y.Item): Y.AbstractType<unknown> | undefined {
  const type =
    item.content instanceof Y.ContentType ? (item.content.type as Y.AbstractType<unknown>) : undefined;
  return type instanceof Y.Array ? (type as Y.AbstractType<unknown>) : undefined;
}

const plainNow = ({ content }: Y.Item): unknown =>
  content instanceof Y.ContentType ? (content.type as Y.AbstractType<unknown>).toJSON() : undefined;

/** The author of a message; empty if it has none. */
export function authorOf(message: unknown): string {
  const author = (message as { author?: unknown } | null | undefined)?.author;
  return typeof author === 'string' ? author : '';
}

const idOf = (message: unknown): unknown => (message as { id?: unknown } | null | undefined)?.id;
