import { DioramaError } from '@diorama/shared';
import * as Y from 'yjs';
import type { Principal } from '../../access/principal.js';
import type { SceneLog } from '../../log/scene-log.js';
import type { Acknowledgements } from './acknowledgements.js';
import {
  DocumentGuard,
  type Correction,
  type DocumentGuardOptions,
  type Intake,
  type Objection,
} from '../checks/document-guard.js';
import type { LiveDocument } from './live-document.js';
import type { RealtimeMetrics } from '../realtime-metrics.js';
import type { RoomClient } from '../room-client.js';
import { step1Frame } from '../frames/server-frames.js';
import { UpdateBatcher, type ReceivedUpdate, type UpdateBatch } from './update-batch.js';
import { decodeChecked } from '../checks/update-check.js';
import { applyWithContents } from '../../log/update-decoder.js';
import { requireMayApply } from '../checks/write-rights.js';

export interface DocumentIntakeOptions {
  readonly document: LiveDocument;
  readonly log: SceneLog;
  readonly acknowledgements: Acknowledgements;
  readonly metrics: RealtimeMetrics;
  readonly guard: Omit<DocumentGuardOptions, 'doc'>;
  /** Sends a frame to one client. */
  readonly send: (client: RoomClient, frame: Buffer) => void;
  /** Something waits for the next `flush`. */
  readonly received: () => void;
  /** Called after each batch. */
  readonly taken: () => void;
  /** Runs what changes the document; a failure half-way ends the room. Returns whether the room is still open. */
  readonly guarded: (apply: () => void) => boolean;
}

/** How often a connection is asked for missing dependencies before it is closed. */
const MOST_QUESTIONS = 50;

/** Processes the updates of clients: checks, applies and corrects them, and tells the clients the result. */
export class DocumentIntake {
  readonly #options: DocumentIntakeOptions;
  readonly #guard: DocumentGuard;
  readonly #batcher = new UpdateBatcher((batch) => this.#take(batch));
  /** Clients whose writes were refused while the log was full. They are asked for them when there is room again. */
  readonly #toAskAgain = new Set<RoomClient>();
  /** How often each client was asked for missing dependencies. */
  readonly #asked = new Map<RoomClient, number>();

  constructor(options: DocumentIntakeOptions) {
    this.#options = options;
    this.#guard = new DocumentGuard({ doc: options.document.doc, ...options.guard });
  }

  /**
   * Takes the client's `number`th document frame. Throws `bad_frame`; a forbidden change is refused by a frame instead.
   */
  receive(client: RoomClient, number: number, update: Uint8Array): void {
    this.#batcher.add(client, { number, update, decoded: decodeChecked(update) });
    this.#options.received();
  }

  /** The last writer under a Yjs client id, if still remembered. */
  writerOf(id: number): string | undefined {
    return this.#guard.writerOf(id);
  }

  /** Whether the document accepts deletions only. */
  get isSceneFull(): boolean {
    return this.#guard.isFull;
  }

  /** Whether nothing waits to be applied. */
  get isEmpty(): boolean {
    return this.#batcher.isEmpty;
  }

  /** Applies the updates that were received and not applied yet. */
  flush(): void {
    this.#batcher.flush();
  }

  /** The client has left. */
  forget(client: RoomClient): void {
    this.#toAskAgain.delete(client);
    this.#asked.delete(client);
    this.#guard.leave(client);
  }

  /** The log may have room again. */
  committed(): void {
    if (this.#toAskAgain.size === 0 || this.#options.log.isFull) return;
    for (const client of this.#toAskAgain) this.ask(client);
    this.#toAskAgain.clear();
  }

  /** Sends the client the state vector, so that it sends what the scene lacks, such as refused writes. */
  ask(client: RoomClient): void {
    const { send, document } = this.#options;
    send(client, step1Frame(Y.encodeStateVector(document.doc)));
  }

  /** Tells the client why its `number`th document frame was not applied, or was `corrected`. */
  refuse(client: RoomClient, number: number, error: DioramaError, { corrected = false } = {}): void {
    const { metrics, send, acknowledgements } = this.#options;
    const { code, message: detail, issues } = error;
    metrics.refused(code);
    send(client, client.refusedFrame({ frame: number, code, detail, issues: [...issues], corrected }));
    acknowledgements.received(client, number);
  }

  #take(batch: UpdateBatch): void {
    const { client, updates } = batch;
    const poses = this.#takePoses(batch);
    if (poses === undefined) return;
    if (poses < updates.length) this.#takeUpdates({ ...batch, updates: updates.slice(poses) });
    else {
      this.#options.taken();
      this.#options.acknowledgements.received(client, (updates.at(-1) as ReceivedUpdate).number);
    }
  }

  /**
   * Takes the pose updates at the start of the batch. Returns their number, or undefined if the room is no longer open.
   */
  #takePoses({ client, editor, updates }: UpdateBatch): number | undefined {
    const { document, guarded, log } = this.#options;
    let taken = 0;
    // Others are sent only the end result of a client that is behind, which Yjs must compute.
    if (updates.length > 1 && client.isBehind) return 0;
    const stands = guarded(() => {
      for (const { update, decoded } of updates) {
        const write = document.poseWriteOf(decoded, editor.role);
        if (write === undefined || log.isFull) return;
        if (!this.#guard.maySkipChecks(client, write.writer, update.byteLength)) return;
        document.takePoses(client, editor, update, decoded, write);
        taken++;
      }
    });
    return stands ? taken : undefined;
  }

  #takeUpdates({ client, editor, updates }: UpdateBatch): void {
    const { document, guarded, acknowledgements } = this.#options;
    const rejected = new Map<number, DioramaError>();
    let correction: Correction | undefined;
    const stands = guarded(() =>
      document.apply(client, editor, (transaction) => {
        const intakes: Intake[] = [];
        let bytes = 0;
        for (const received of updates) {
          try {
            const intake = this.#admit(client, editor, received, bytes);
            // An update that was reduced has not been decoded yet.
            if (intake.update !== received.update) Y.applyUpdate(document.doc, intake.update);
            else applyWithContents(document.doc, intake.update, received.decoded.contents);
            intakes.push(intake);
            bytes += intake.update.byteLength;
          } catch (error) {
            if (!(error instanceof DioramaError)) throw error;
            rejected.set(received.number, error);
          }
        }
        correction = this.#guard.combine(intakes);
        const corrected = correction.correct(transaction, editor);
        const together =
          updates.length > 1 && (client.isBehind || this.#guard.mayPassThroughFaults(transaction));
        return { updates: intakes.map((intake) => intake.update), together, corrected };
      }),
    );
    if (!stands) return;
    this.#options.taken();
    // Only now: a refusal acknowledges all earlier frames, and their updates have just been appended.
    const objections = correction?.objections() ?? [];
    if (rejected.size + objections.length > 0) this.#tell(client, updates, rejected, objections);
    acknowledgements.received(client, (updates.at(-1) as ReceivedUpdate).number);
  }

  /** In the order of the frames, since a refusal acknowledges all earlier ones. */
  #tell(
    client: RoomClient,
    updates: readonly ReceivedUpdate[],
    rejected: ReadonlyMap<number, DioramaError>,
    objections: readonly Objection[],
  ): void {
    const taken = updates.filter(({ number }) => !rejected.has(number));
    const corrected = new Map(objections.map(({ at, error }) => [taken[at]?.number, error]));
    let lacksSome = false;
    for (const { number } of updates) {
      const [reason, objection] = [rejected.get(number), corrected.get(number)];
      if (reason?.code === 'storage_unavailable') this.#toAskAgain.add(client);
      if (reason?.code === 'update_unresolved') lacksSome = true;
      if (reason !== undefined) this.refuse(client, number, reason);
      else if (objection !== undefined) this.refuse(client, number, objection, { corrected: true });
    }
    // Once for all of them: the client has not received the first request yet.
    if (lacksSome) this.#askForMissing(client);
  }

  /** Throws if the update may not be applied to the current document, after `bytesBefore` of the same batch. */
  #admit(
    client: RoomClient,
    editor: Principal,
    { update, decoded }: ReceivedUpdate,
    bytesBefore: number,
  ): Intake {
    requireMayApply(this.#options.document.doc, editor.role, decoded);
    if (this.#options.log.isFullWith(bytesBefore))
      throw new DioramaError('storage_unavailable', 'The store does not keep up; the change was not taken');
    return this.#guard.admit(update, decoded, { connection: client, subject: editor.subject });
  }

  /**
   * Asks for missing dependencies. A client that never sends them is closed, and may try again with a new connection.
   */
  #askForMissing(client: RoomClient): void {
    const asked = (this.#asked.get(client) ?? 0) + 1;
    this.#asked.set(client, asked);
    if (asked > MOST_QUESTIONS) client.close('update_unresolved');
    else this.ask(client);
  }
}
