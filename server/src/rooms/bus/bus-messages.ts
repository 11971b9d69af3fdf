import { ERROR_CODES, type ErrorCode } from '@diorama/shared';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';

/** First byte of every bus message. A server ignores other formats and reads what it missed from the log. */
const FORMAT = 1;

/** One client's awareness state as sent between servers. `state` is JSON, or undefined if the client has left. */
export interface SharedPresence {
  readonly client: number;
  readonly clock: number;
  readonly state: string | undefined;
  /** The owner. The same person may take over the client id on another server. */
  readonly subject: string;
}

/** The messages between servers that have a scene open. */
export type BusMessage =
  /** Updates that were relayed here; most are not committed yet. */
  | { readonly kind: 'updates'; readonly updates: readonly Uint8Array[] }
  /**
   * Row `seq` is committed. All its updates were published in envelopes from `since` on. Everything that was published
   * in envelopes up to `through` is committed.
   */
  | { readonly kind: 'position'; readonly seq: number; readonly since: number; readonly through: number }
  /** The log has at least this many rows. Sent when messages may have been lost. */
  | { readonly kind: 'head'; readonly seq: number }
  /** Changed states. With `all`, every state that the sender has and no others. */
  | { readonly kind: 'presence'; readonly all: boolean; readonly states: readonly SharedPresence[] }
  /** Asks every server for its `head` and all its presence. */
  | { readonly kind: 'query' }
  /** These states were rejected: by what the sender knows, their clients left later. */
  | { readonly kind: 'presence-outdated'; readonly clocks: readonly { client: number; clock: number }[] }
  /** The sender closes the scene. Everything that it relayed is committed. */
  | { readonly kind: 'leave' }
  /** Access to the scene has changed. */
  | { readonly kind: 'access-changed' }
  /** All connections of the scene are to be closed with the code. */
  | { readonly kind: 'evict'; readonly code: ErrorCode };

/** Messages that are published together. */
export interface BusEnvelope {
  /** Identifies one opening of the scene on one server. 0 for messages of a server that need not have it open. */
  readonly stream: number;
  /** Sequence number of the envelope in its stream, from 1, so that a missing one is noticed. */
  readonly count: number;
  readonly messages: readonly BusMessage[];
}

const TYPES = [
  'updates',
  'position',
  'head',
  'presence',
  'query',
  'presence-outdated',
  'leave',
  'access-changed',
  'evict',
] as const satisfies readonly BusMessage['kind'][];

export function encodeEnvelope({ stream, count, messages }: BusEnvelope): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeUint8(encoder, FORMAT);
  encoding.writeVarUint(encoder, stream);
  encoding.writeVarUint(encoder, count);
  for (const message of messages) write(encoder, message);
  return encoding.toUint8Array(encoder);
}

function write(encoder: encoding.Encoder, message: BusMessage): void {
  encoding.writeUint8(encoder, TYPES.indexOf(message.kind));
  switch (message.kind) {
    case 'updates':
      encoding.writeVarUint(encoder, message.updates.length);
      for (const update of message.updates) encoding.writeVarUint8Array(encoder, update);
      return;
    case 'position':
      encoding.writeVarUint(encoder, message.seq);
      encoding.writeVarUint(encoder, message.since);
      encoding.writeVarUint(encoder, message.through);
      return;
    case 'head':
      encoding.writeVarUint(encoder, message.seq);
      return;
    case 'presence':
      encoding.writeUint8(encoder, message.all ? 1 : 0);
      encoding.writeVarUint(encoder, message.states.length);
      for (const state of message.states) writePresence(encoder, state);
      return;
    case 'presence-outdated':
      encoding.writeVarUint(encoder, message.clocks.length);
      for (const { client, clock } of message.clocks) {
        encoding.writeVarUint(encoder, client);
        encoding.writeVarUint(encoder, clock);
      }
      return;
    case 'evict':
      encoding.writeVarString(encoder, message.code);
      return;
    case 'query':
    case 'leave':
    case 'access-changed':
      return;
  }
}

function writePresence(encoder: encoding.Encoder, { client, clock, state, subject }: SharedPresence): void {
  encoding.writeVarUint(encoder, client);
  encoding.writeVarUint(encoder, clock);
  encoding.writeVarString(encoder, subject);
  encoding.writeVarString(encoder, state ?? '');
}

/** Returns undefined for the format of another server version. Throws if the message is truncated. */
export function decodeEnvelope(bytes: Uint8Array): BusEnvelope | undefined {
  const decoder = decoding.createDecoder(bytes);
  if (decoding.readUint8(decoder) !== FORMAT) return undefined;
  const stream = decoding.readVarUint(decoder);
  const count = decoding.readVarUint(decoder);
  const messages: BusMessage[] = [];
  while (decoding.hasContent(decoder)) {
    const message = read(decoder);
    if (message === undefined) return undefined;
    messages.push(message);
  }
  return { stream, count, messages };
}

const list = <T>(decoder: decoding.Decoder, item: () => T): T[] =>
  Array.from({ length: decoding.readVarUint(decoder) }, item);

function read(decoder: decoding.Decoder): BusMessage | undefined {
  const kind = TYPES[decoding.readUint8(decoder)];
  switch (kind) {
    case 'updates':
      return { kind, updates: list(decoder, () => decoding.readVarUint8Array(decoder)) };
    case 'position': {
      const seq = decoding.readVarUint(decoder);
      const since = decoding.readVarUint(decoder);
      return { kind, seq, since, through: decoding.readVarUint(decoder) };
    }
    case 'head':
      return { kind, seq: decoding.readVarUint(decoder) };
    case 'presence': {
      const all = decoding.readUint8(decoder) === 1;
      return { kind, all, states: list(decoder, () => readPresence(decoder)) };
    }
    case 'presence-outdated':
      return {
        kind,
        clocks: list(decoder, () => {
          const client = decoding.readVarUint(decoder);
          return { client, clock: decoding.readVarUint(decoder) };
        }),
      };
    case 'evict': {
      const code = decoding.readVarString(decoder);
      return { kind, code: ERROR_CODES.find((known) => known === code) ?? 'internal' };
    }
    case 'query':
    case 'leave':
    case 'access-changed':
      return { kind };
    case undefined:
      return undefined;
  }
}

function readPresence(decoder: decoding.Decoder): SharedPresence {
  const client = decoding.readVarUint(decoder);
  const clock = decoding.readVarUint(decoder);
  const subject = decoding.readVarString(decoder);
  const state = decoding.readVarString(decoder);
  return { client, clock, subject, state: state === '' ? undefined : state };
}
