import { DioramaError } from '@diorama/shared';
import type { Principal } from '../../access/principal.js';
import type { Logger } from '../../observability/logger.js';
import { badFrame, parseClientFrame, type ClientFrame } from '../frames/client-frame.js';
import type { RoomClient } from '../room-client.js';
import type { Room } from '../room.js';
import { ConnectionBudget, type ConnectionLimits } from '../checks/connection-budget.js';
import { AnswerThrottle } from './answer-throttle.js';
import type { ReadControl } from './read-control.js';

export interface ClientSessionOptions {
  readonly client: RoomClient;
  readonly room: Room;
  /** The initial principal. */
  readonly principal: Principal;
  /** Accepts a renewed token; undefined for clients that do not speak `diorama.v1`. */
  readonly renew: ((token: string) => void) | undefined;
  readonly limits: ConnectionLimits;
  readonly readControl: ReadControl;
  readonly logger: Logger;
}

/** The session of a client in a room: counts, parses and dispatches what the client sends. */
export class ClientSession {
  /** Still set after the end, since the client's last updates have yet to be checked. */
  principal: Principal;
  readonly #options: ClientSessionOptions;
  readonly #client: RoomClient;
  readonly #room: Room;
  readonly #budget: ConnectionBudget;
  readonly #stateVectors: AnswerThrottle<Uint8Array>;
  readonly #presenceQueries: AnswerThrottle<void>;
  /** Number of sync step 2 and update frames so far; acknowledgements refer to it. */
  #documentFrames = 0;
  /** Why writes are refused at present. */
  #suspension: DioramaError | undefined;
  #refusedWhileSuspended = false;
  #isOver = false;

  constructor(options: ClientSessionOptions) {
    const { client, room, readControl } = options;
    this.#options = options;
    this.#client = client;
    this.#room = room;
    this.principal = options.principal;
    const unsentBytes = (): number => client.unsentBytes;
    this.#stateVectors = new AnswerThrottle({
      unsentBytes,
      answer: (stateVector) => this.#later(() => room.catchUp.answer(client, stateVector)),
    });
    this.#presenceQueries = new AnswerThrottle({
      unsentBytes,
      answer: () => this.#later(() => room.catchUp.sendPresence(client)),
    });
    this.#budget = new ConnectionBudget({
      limits: options.limits,
      stop: () => readControl.pause('budget'),
      goOn: () => readControl.resume('budget'),
      exceeded: () =>
        client.close('too_many_requests', 'More was sent for too long than a connection may send'),
      receivePresence: (update) => this.#later(() => room.receivePresence(client, update)),
    });
  }

  /** A message has arrived. */
  receive(data: Buffer, isBinary: boolean): void {
    this.#room.received(this.#client, data.byteLength);
    try {
      if (!isBinary) throw badFrame('Text frames are not of the protocol');
      const message = parseClientFrame(data);
      if (this.#budget.take(message, data.byteLength)) this.#handle(message);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** A ping or a pong of this size has arrived. */
  controlFrameReceived(bytes: number): void {
    this.#budget.takeControl(bytes);
  }

  /** Refuses all further writes with this reason. */
  suspendWrites(reason: DioramaError): void {
    this.#suspension = reason;
  }

  /** Accepts writes again, and asks for those that were refused meanwhile. */
  resumeWrites(): void {
    this.#suspension = undefined;
    if (this.#refusedWhileSuspended) this.#room.ask(this.#client);
    this.#refusedWhileSuspended = false;
  }

  /** Must be called again when the connection is closed: a frame in between may have set a timer. */
  end(): void {
    this.#budget.end();
    this.#stateVectors.end();
    this.#presenceQueries.end();
    if (this.#isOver) return;
    this.#isOver = true;
    this.#room.leave(this.#client);
  }

  /** Runs a delayed action if the client is still connected. */
  #later(act: () => void): void {
    if (this.#isOver) return;
    try {
      act();
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    if (error instanceof DioramaError) {
      this.#client.close(error.code, error.message);
    } else {
      this.#options.logger.error({ err: error }, 'a frame could not be handled');
      this.#client.close('internal');
    }
  }

  #handle(message: ClientFrame): void {
    switch (message.kind) {
      case 'state-vector':
        this.#stateVectors.ask(message.stateVector);
        return;
      case 'document':
        this.#receiveUpdate(++this.#documentFrames, message.update);
        return;
      case 'presence':
        this.#room.receivePresence(this.#client, message.update);
        return;
      case 'presence-query':
        this.#presenceQueries.ask();
        return;
      case 'token': {
        const { renew } = this.#options;
        if (renew === undefined) throw badFrame('A token is a message of diorama.v1');
        renew(message.token);
      }
    }
  }

  #receiveUpdate(number: number, update: Uint8Array): void {
    if (this.#suspension === undefined) {
      this.#room.receiveUpdate(this.#client, number, update);
      return;
    }
    this.#refusedWhileSuspended = true;
    this.#room.refuse(this.#client, number, this.#suspension);
  }
}
