import {
  encodeDraining,
  encodeRefused,
  encodeSaved,
  encodeTokenRequest,
  encodeWelcome,
  SUBPROTOCOL,
  type Draining,
  type Refused,
  type TokenRequest,
  type Welcome,
} from '@diorama/shared';
import { frame } from '../frames/framing.js';
import { permissionDeniedFrame } from '../frames/server-frames.js';

/**
 * Encodes the messages of a subprotocol other than document and presence. Undefined if the client would not understand
 * the message.
 */
export interface ProtocolEncoder {
  /** Whether the client speaks `diorama.v1`. */
  readonly isDiorama: boolean;
  welcome(welcome: Welcome): Buffer | undefined;
  saved(frames: number): Buffer | undefined;
  refused(refused: Refused): Buffer;
  tokenRequest(request: TokenRequest): Buffer | undefined;
  draining(draining: Draining): Buffer | undefined;
}

const DIORAMA: ProtocolEncoder = {
  isDiorama: true,
  welcome: (welcome) => frame(encodeWelcome(welcome)),
  saved: (frames) => frame(encodeSaved(frames)),
  refused: (refused) => frame(encodeRefused(refused)),
  tokenRequest: (request) => frame(encodeTokenRequest(request)),
  draining: (draining) => frame(encodeDraining(draining)),
};

const Y_WEBSOCKET: ProtocolEncoder = {
  isDiorama: false,
  welcome: () => undefined,
  saved: () => undefined,
  refused: ({ code, detail }) => permissionDeniedFrame(`${code}: ${detail}`),
  tokenRequest: () => undefined,
  draining: () => undefined,
};

/** The encoder for a WebSocket with this subprotocol. */
export const protocolEncoderFor = (subprotocol: string): ProtocolEncoder =>
  subprotocol === SUBPROTOCOL ? DIORAMA : Y_WEBSOCKET;
