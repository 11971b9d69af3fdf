import { newKey } from '@diorama/shared';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Database } from '../database/database.js';

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** Whose key it is: two callers may use the same one. */
export interface KeyOwner {
  readonly tenant: string;
  readonly subject: string;
  readonly key: string;
}

/** An answer as it is sent, and sent again. */
export interface StoredAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text; undefined where the answer has no body. */
  readonly body: string | undefined;
}

/** This try is to do the work. */
export interface Claim {
  readonly kind: 'claimed';
  readonly effectKey: string;
  /** 1 for the first. */
  readonly attempt: number;
}

export type ClaimResult =
  | Claim
  | { readonly kind: 'answered'; readonly answer: StoredAnswer }
  /** Somebody is at it. */
  | { readonly kind: 'running' }
  /** The key was used for another request. */
  | { readonly kind: 'reused' };

interface Row {
  readonly fingerprint: string;
  readonly status: number | null;
  readonly headers: Record<string, string> | null;
  readonly body: Uint8Array | null;
}

const WHOSE = 'tenant = $1 AND subject = $2 AND key = $3';

/** The `idempotency_keys` table, which all servers share. */
export class IdempotencyStore {
  readonly #database: Database;

  constructor(options: { readonly database: Database }) {
    this.#database = options.database;
  }

  /** Takes the key for `leaseMs`, unless it has been answered or somebody else is at it. */
  async claim(
    { tenant, subject, key }: KeyOwner,
    fingerprint: string,
    leaseMs: number,
  ): Promise<ClaimResult> {
    const { rows } = await this.#database.query<{ effectKey: string; attempt: number }>(
      `INSERT INTO idempotency_keys AS k (tenant, subject, key, fingerprint, effect_key, locked_until)
       VALUES ($1, $2, $3, $4, $5, now() + $6 * interval '1 millisecond')
       ON CONFLICT (tenant, subject, key) DO UPDATE
         SET attempt = k.attempt + 1, locked_until = EXCLUDED.locked_until
         WHERE k.status IS NULL AND k.fingerprint = $4 AND (k.locked_until IS NULL OR k.locked_until < now())
       RETURNING k.effect_key AS "effectKey", k.attempt`,
      [tenant, subject, key, fingerprint, newKey(), leaseMs],
    );
    const claimed = rows[0];
    return claimed === undefined
      ? this.#look({ tenant, subject, key }, fingerprint)
      : { kind: 'claimed', ...claimed };
  }

  /** Keeps the key for longer; whoever took it over meanwhile has it. */
  async renew(owner: KeyOwner, attempt: number, leaseMs: number): Promise<void> {
    await this.#database.query(
      `UPDATE idempotency_keys SET locked_until = now() + $5 * interval '1 millisecond'
       WHERE ${WHOSE} AND attempt = $4 AND status IS NULL`,
      [owner.tenant, owner.subject, owner.key, attempt, leaseMs],
    );
  }

  async answer(owner: KeyOwner, attempt: number, { status, headers, body }: StoredAnswer): Promise<void> {
    await this.#database.query(
      `UPDATE idempotency_keys SET status = $5, headers = $6, body = $7, locked_until = NULL
       WHERE ${WHOSE} AND attempt = $4 AND status IS NULL`,
      [
        owner.tenant,
        owner.subject,
        owner.key,
        attempt,
        status,
        JSON.stringify(headers),
        body === undefined ? null : await compress(body, { level: 1 }),
      ],
    );
  }

  /** The work failed and had no effect: the key is free, also for another request. */
  async forget(owner: KeyOwner, attempt: number): Promise<void> {
    await this.#database.query(
      `DELETE FROM idempotency_keys WHERE ${WHOSE} AND attempt = $4 AND status IS NULL`,
      [owner.tenant, owner.subject, owner.key, attempt],
    );
  }

  /** The work failed, and may have had its effect: the same request may try again, and make the same ids. */
  async release(owner: KeyOwner, attempt: number): Promise<void> {
    await this.#database.query(
      `UPDATE idempotency_keys SET locked_until = NULL WHERE ${WHOSE} AND attempt = $4 AND status IS NULL`,
      [owner.tenant, owner.subject, owner.key, attempt],
    );
  }

  async deleteOlderThan(hours: number): Promise<number> {
    const sql = "DELETE FROM idempotency_keys WHERE created_at < now() - $1 * interval '1 hour'";
    return (await this.#database.query(sql, [hours])).rowCount;
  }

  async #look(owner: KeyOwner, fingerprint: string): Promise<ClaimResult> {
    const { rows } = await this.#database.query<Row>(
      `SELECT fingerprint, status, headers, body FROM idempotency_keys WHERE ${WHOSE}`,
      [owner.tenant, owner.subject, owner.key],
    );
    const row = rows[0];
    // Gone since: the first try failed this very moment, and the next look takes its place.
    if (row === undefined) return { kind: 'running' };
    if (row.fingerprint !== fingerprint) return { kind: 'reused' };
    if (row.status === null) return { kind: 'running' };
    const body = row.body === null ? undefined : (await decompress(row.body)).toString('utf8');
    return { kind: 'answered', answer: { status: row.status, headers: row.headers ?? {}, body } };
  }
}
