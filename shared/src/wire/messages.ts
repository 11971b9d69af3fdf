import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { z } from 'zod';
import { ERROR_CODES } from '../errors/catalogue.js';
import { issueSchema } from '../errors/problem.js';
import { roleSchema } from '../access/role.js';

/** The subprotocol of clients that understand the messages from `saved` on. Others speak plain y-websocket. */
export const SUBPROTOCOL = 'diorama.v1';

/**
 * The first varuint of every frame. 0 to 3 are y-websocket's; the rest goes only to clients of `diorama.v1`.
 *
 * - `saved`: varuint n. The first n document frames (sync step 2 or update) of this connection are committed.
 * - `refused`: JSON. A document frame was not applied, or not all of it, and why.
 * - `welcome`: JSON. The first frame of a connection: who the server takes the client for, and the limits. Sent again
 *   when the role changes.
 * - `token-request`: JSON, from the server. The token ends soon, or has ended: send another.
 * - `token`: string, from the client. A token that takes the place of the connection's; answered by `welcome`.
 * - `draining`: JSON. The server is about to stop and will close the connection; when to come back, to it or another.
 */
export const MESSAGE = {
  sync: 0,
  awareness: 1,
  auth: 2,
  queryAwareness: 3,
  saved: 100,
  refused: 101,
  welcome: 102,
  tokenRequest: 103,
  token: 104,
  draining: 105,
} as const;

/** y-protocols' sync steps: the second varuint of a `sync` frame. */
export const SYNC_STEP = { step1: 0, step2: 1, update: 2 } as const;

export const refusedSchema = z.object({
  /** The number of the document frame on this connection, counted from 1. */
  frame: z.int().min(1),
  code: z.enum(ERROR_CODES),
  detail: z.string(),
  issues: z.array(issueSchema).default([]),
  /**
   * The frame was applied, and what was wrong in it was undone by the server: the correction comes as an update, and what was
   * good in it is stored. False: nothing of the frame was applied.
   */
  corrected: z.boolean().default(false),
});
export type Refused = z.infer<typeof refusedSchema>;

export const welcomeSchema = z.object({
  scene_id: z.string(),
  principal: z.string(),
  name: z.string(),
  role: roleSchema,
  max_frame_bytes: z.int().min(1),
});
export type Welcome = z.infer<typeof welcomeSchema>;

export const tokenRequestSchema = z.object({
  /** Whether the token still counts. After it has ended nothing is written until another one came. */
  reason: z.enum(['expiring', 'expired']),
  /** How long from now the server waits for another token before it closes the connection. */
  deadline_ms: z.number().min(0),
});
export type TokenRequest = z.infer<typeof tokenRequestSchema>;

export const drainingSchema = z.object({
  /** Different for each client, so that they do not all come back at once. */
  retry_after_ms: z.int().min(0),
});
export type Draining = z.infer<typeof drainingSchema>;

export function encodeSaved(frames: number): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, MESSAGE.saved);
  encoding.writeVarUint(encoder, frames);
  return encoding.toUint8Array(encoder);
}

/** Reads what follows the message type of a `saved` frame. */
export const readSaved = (decoder: decoding.Decoder): number => decoding.readVarUint(decoder);

function encodeJson(type: number, value: unknown): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, type);
  encoding.writeVarString(encoder, JSON.stringify(value));
  return encoding.toUint8Array(encoder);
}

export const encodeRefused = (refused: z.input<typeof refusedSchema>): Uint8Array =>
  encodeJson(MESSAGE.refused, refused);
export const encodeDraining = (draining: Draining): Uint8Array => encodeJson(MESSAGE.draining, draining);
export const encodeWelcome = (welcome: Welcome): Uint8Array => encodeJson(MESSAGE.welcome, welcome);
export const encodeTokenRequest = (request: TokenRequest): Uint8Array =>
  encodeJson(MESSAGE.tokenRequest, request);

export function encodeToken(token: string): Uint8Array<ArrayBuffer> {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, MESSAGE.token);
  encoding.writeVarString(encoder, token);
  return encoding.toUint8Array(encoder);
}

/** Reads what follows the message type of a `token` frame. */
export const readToken = (decoder: decoding.Decoder): string => decoding.readVarString(decoder);
export const readTokenRequest = (decoder: decoding.Decoder): TokenRequest =>
  tokenRequestSchema.parse(JSON.parse(decoding.readVarString(decoder)));
export const readRefused = (decoder: decoding.Decoder): Refused =>
  refusedSchema.parse(JSON.parse(decoding.readVarString(decoder)));
export const readWelcome = (decoder: decoding.Decoder): Welcome =>
  welcomeSchema.parse(JSON.parse(decoding.readVarString(decoder)));
export const readDraining = (decoder: decoding.Decoder): Draining =>
  drainingSchema.parse(JSON.parse(decoding.readVarString(decoder)));
