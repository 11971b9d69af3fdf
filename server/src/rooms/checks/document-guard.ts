import { DioramaError, DOCUMENT_LIMITS, type Issue } from '@diorama/shared';
import * as Y from 'yjs';
import type { DecodedUpdate } from './update-check.js';
import { ClientIds, type Contested } from './client-ids.js';
import { originatingUpdate } from './originating-update.js';
import { CommentAuthors, type Writer } from './comment-authors.js';
import type { Finding } from './corrections.js';
import { DocumentChecks } from './document-checks.js';
import type { DocumentSize } from './document-size.js';
import { mayPassThroughFaults } from './intermediate-states.js';
import { EntryCounts } from './entry-counts.js';
import { withoutClients, withoutDeletionsAhead, withTombstones } from './rewrite-update.js';
import { deleteGarbageCollected } from './garbage-collected-structs.js';
import { checkBeforeApply, type PreApplyRejection } from './pre-apply-check.js';
import { serverClientId } from './server-client-id.js';
import { PendingUpdateLimits } from './pending-update-limits.js';

export interface DocumentGuardOptions {
  readonly doc: Y.Doc;
  /** A document above its maximum size accepts deletions only. */
  readonly size: DocumentSize;
  /** Whose presence uses a Yjs client id. */
  readonly announcedBy: (id: number) => { readonly subject: string } | undefined;
  readonly contested?: Contested;
}

/** The sender of an update. */
export interface Sender {
  /** Identifies the connection. */
  readonly connection: object;
  readonly subject: string;
}

/** Most issues listed in one refusal; there may be a million. */
const MAX_ISSUES = 20;

/** An update that may be applied, possibly reduced. */
export interface Intake extends Correction {
  /** The update to apply. */
  readonly update: Uint8Array;
}

/** Corrects one or several updates after they have been applied. */
export interface Correction {
  /**
   * Must be called inside the transaction that applied the updates. Undoes schema violations, and changes that `writer`
   * may not make to comments of others. Returns whether it undid anything.
   */
  correct(transaction: Y.Transaction, writer: Writer): boolean;
  /** What to tell the sender after `correct`, in the order of the updates; empty if nothing was wrong. */
  objections(): readonly Objection[];
}

/** Why a part of an update was undone. */
export interface Objection {
  /** Index among the updates that were applied together; the last one if the cause is unknown. */
  readonly at: number;
  readonly error: DioramaError;
}

/**
 * Checks the updates of clients before and after they are applied to the document. What violates the schema is undone,
 * the rest stays.
 */
export class DocumentGuard {
  readonly #doc: Y.Doc;
  readonly #checks: Checks;
  readonly #counts: EntryCounts;
  readonly #size: DocumentSize;
  readonly #pending: PendingUpdateLimits<object>;
  readonly #clientIds: ClientIds;

  constructor({ doc, size, announcedBy, contested }: DocumentGuardOptions) {
    this.#doc = doc;
    doc.clientID = serverClientId(doc);
    this.#counts = new EntryCounts(doc);
    this.#size = size;
    this.#pending = new PendingUpdateLimits(doc);
    this.#clientIds = new ClientIds(doc, announcedBy, contested);
    this.#checks = {
      schema: new DocumentChecks(doc, this.#counts),
      authors: new CommentAuthors({ doc, writerOf: (id) => this.#clientIds.writerOf(id) }),
    };
  }

  /** Whether the document accepts deletions only. */
  get isFull(): boolean {
    return this.#size.isFullWith(0);
  }

  /** Whether an update may skip the ownership and size checks. */
  maySkipChecks(connection: object, id: number, bytes: number): boolean {
    return this.#clientIds.isOwn(connection, id) && !this.#size.isFullWith(bytes);
  }

  /** The last writer under a Yjs client id, if still remembered. */
  writerOf(id: number): string | undefined {
    return this.#clientIds.writerOf(id);
  }

  leave(connection: object): void {
    this.#clientIds.leave(connection);
  }

  /**
   * Checks an update before it is applied.
   *
   * Throws `scene_full` if the document would become too large. Throws `update_unresolved` if the update depends on
   * missing updates and can be neither checked nor kept until they come.
   */
  admit(received: Uint8Array, all: DecodedUpdate, { connection, subject }: Sender): Intake {
    if (this.#adds(all) && this.#size.isFullWith(received.byteLength))
      throw new DioramaError('scene_full', `A scene has at most ${this.#size.maxBytes} bytes; deletions go`);
    const { update, decoded, forged } = this.#withoutForged(received, all, connection, subject);
    this.#pending.admit(connection, update.byteLength, decoded);
    const intake = this.#checkBeforeApply(update, decoded);
    if (forged.size > 0) intake.forged(forged);
    return intake;
  }

  /** Removes from an update what was written under client ids of others. */
  #withoutForged(
    update: Uint8Array,
    decoded: DecodedUpdate,
    connection: object,
    subject: string,
  ): { update: Uint8Array; decoded: DecodedUpdate; forged: ReadonlySet<number> } {
    const taken = this.#clientIds.takenIn(decoded, connection, subject);
    if (taken !== undefined) {
      update = withoutClients(decoded, taken);
      decoded = Y.decodeUpdate(update);
    }
    const ahead = this.#clientIds.deletedAhead(decoded, connection, subject);
    if (ahead !== undefined) {
      update = withoutDeletionsAhead(decoded, ahead, (client) => Y.getState(this.#doc.store, client));
      decoded = Y.decodeUpdate(update);
    }
    return { update, decoded, forged: new Set([...(taken ?? []), ...(ahead ?? [])]) };
  }

  #adds({ structs }: DecodedUpdate): boolean {
    return structs.some(({ id, length }) => id.clock + length > Y.getState(this.#doc.store, id.client));
  }

  #checkBeforeApply(update: Uint8Array, decoded: DecodedUpdate): CheckedIntake {
    const rejection = checkBeforeApply(
      this.#doc,
      decoded,
      (root) => DOCUMENT_LIMITS[root] - this.#counts.of(root),
    );
    if (rejection === 'unresolved') throw new DioramaError('update_unresolved');
    if (rejection === undefined) return new CheckedIntake(update, decoded, this.#checks);
    return new CheckedIntake(withTombstones(decoded, rejection.dropped), decoded, this.#checks, rejection);
  }

  /** As {@link mayPassThroughFaults}: such updates must not be relayed one by one. */
  mayPassThroughFaults(transaction: Y.Transaction): boolean {
    return mayPassThroughFaults(transaction, this.#checks.schema.roots);
  }

  /** One correction for updates that were applied in one transaction. */
  combine(intakes: readonly Intake[]): Correction {
    const [first, ...others] = intakes as readonly CheckedIntake[];
    return first === undefined || others.length > 0
      ? CheckedIntake.joined(intakes as readonly CheckedIntake[], this.#checks)
      : first;
  }
}

/** The checks inside a transaction, in this order. */
interface Checks {
  readonly schema: DocumentChecks;
  readonly authors: CommentAuthors;
}

const NO_OBJECTIONS: readonly Objection[] = Object.freeze([]);

class CheckedIntake implements Intake {
  readonly update: Uint8Array;
  readonly #decoded: DecodedUpdate;
  readonly #checks: Checks;
  readonly #rejection: PreApplyRejection | undefined;
  #parts: readonly CheckedIntake[] = [this];
  #findings: readonly Finding[] = [];
  #forged: readonly Issue[] = [];

  constructor(update: Uint8Array, decoded: DecodedUpdate, checks: Checks, rejection?: PreApplyRejection) {
    this.update = update;
    this.#decoded = decoded;
    this.#checks = checks;
    this.#rejection = rejection;
  }

  static joined(intakes: readonly CheckedIntake[], checks: Checks): CheckedIntake {
    const structs = intakes.flatMap((intake) => intake.#decoded.structs);
    const rejection = intakes.flatMap((intake) => intake.#rejection ?? []);
    const joined = new CheckedIntake(
      new Uint8Array(),
      { structs, ds: Y.createDeleteSet() },
      checks,
      rejection.length === 0
        ? undefined
        : {
            code: rejection[0]?.code ?? 'invalid_document',
            issues: rejection.flatMap(({ issues }) => issues),
            dropped: new Set(rejection.flatMap(({ dropped }) => [...dropped])),
          },
    );
    joined.#parts = intakes;
    return joined;
  }

  /** Records that a part was left out since it carries client ids of others. */
  forged(ids: ReadonlySet<number>): void {
    this.#forged = [...ids].map((id) => ({ pointer: '', message: `Somebody else has the client id ${id}` }));
  }

  correct(transaction: Y.Transaction, writer: Writer): boolean {
    const { findings, threads } = this.#checks.schema.correct(transaction);
    const forged = threads.size === 0 ? [] : this.#checks.authors.correct(transaction, threads, writer);
    this.#findings = forged.length === 0 ? findings : [...findings, ...forged];
    const garbageCollected = deleteGarbageCollected(transaction, this.#decoded, this.#rejection?.dropped);
    return garbageCollected || this.#findings.length > 0;
  }

  objections(): readonly Objection[] {
    const findings = this.#findings;
    const parts = this.#parts;
    const isGood = (part: CheckedIntake): boolean =>
      part.#rejection === undefined && part.#forged.length === 0;
    if (findings.length === 0 && parts.every(isGood)) return NO_OBJECTIONS;
    const found = parts.map((): Finding[] => []);
    const decoded = parts.map((part) => part.#decoded);
    for (const finding of findings) found[originatingUpdate(finding.culprit, decoded)]?.push(finding);
    return parts.flatMap((part, at) => {
      const error = part.#objection(found[at] ?? []);
      return error === undefined ? [] : [{ at, error }];
    });
  }

  #objection(found: readonly Finding[]): DioramaError | undefined {
    const issues = [...(this.#rejection?.issues ?? []), ...found.map(({ issue }) => issue), ...this.#forged];
    const [first] = issues;
    if (first === undefined) return undefined;
    const ofFound = found.find(({ code }) => code === 'scene_full') ?? found[0];
    // Forged parts are left out rather than undone by an update, so the sender must start over, whatever else was
    // wrong.
    const code =
      this.#forged.length > 0
        ? 'client_id_taken'
        : (this.#rejection?.code ?? ofFound?.code ?? 'invalid_document');
    const more = issues.length > 1 ? `, and ${issues.length - 1} more` : '';
    return new DioramaError(code, `${first.pointer} ${first.message}${more}. It was undone.`.trim(), {
      issues: issues.slice(0, MAX_ISSUES),
    });
  }
}
