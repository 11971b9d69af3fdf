import { messages, protocol, types, type PGlite, type Results } from '@electric-sql/pglite';
import type { QueryResult } from '../../database/database.js';
import { ExecuteMessage, type WireValue } from './execute-message.js';

interface Prepared {
  readonly name: string;
  readonly parameterTypes: readonly number[];
  readonly columns: readonly { readonly name: string; readonly dataTypeID: number }[];
}

/** A statement that comes again is worth the memory that the database keeps of it. */
const PREPARED_FROM_USE = 3;
/** More than the product has: whoever makes statements out of values must not fill the memory with them. */
const MOST_STATEMENTS = 256;
/** SQLSTATEs of a statement whose tables have been changed since it was prepared. */
const OUTDATED_CODES = new Set(['0A000', '26000']);

/** What PGlite answers, as all adapters give it. */
export const resultOf = ({ rows, rowCount, affectedRows }: Results<unknown>): QueryResult<unknown> => ({
  rows,
  rowCount: Math.max(rowCount ?? 0, affectedRows ?? 0),
});

/**
 * Statements that PGlite has parsed once and runs again and again, each time with one message and one answer.
 *
 * PGlite's own `query` takes six of each: of the 0.6 ms of a commit these were the half.
 */
export class PreparedStatements {
  readonly #database: PGlite;
  /** By their SQL: prepared or being so, or how often they were asked for. */
  readonly #statements = new Map<string, Promise<Prepared> | number>();
  readonly #message = new ExecuteMessage();
  #names = 0;

  constructor(database: PGlite) {
    this.#database = database;
  }

  /** Runs a statement outside of any transaction. */
  async query(sql: string, params: readonly unknown[]): Promise<QueryResult<unknown>> {
    const preparing = this.#preparing(sql);
    if (preparing === undefined) return this.#unprepared(sql, params);
    const prepared = await preparing;
    try {
      return await this.#run(prepared, params);
    } catch (error) {
      if (!OUTDATED_CODES.has((error as { code?: string }).code ?? '')) throw error;
      await this.#drop(sql, preparing, prepared);
      return this.#unprepared(sql, params);
    }
  }

  /** Counts a use; undefined where the statement is not worth it yet. */
  #preparing(sql: string): Promise<Prepared> | undefined {
    const known = this.#statements.get(sql) ?? 0;
    if (typeof known !== 'number') return known;
    if (known + 1 < PREPARED_FROM_USE) {
      if (known > 0 || this.#statements.size < MOST_STATEMENTS) this.#statements.set(sql, known + 1);
      return undefined;
    }
    // All who ask for it meanwhile wait for the same one.
    const preparing = this.#prepare(sql);
    this.#statements.set(sql, preparing);
    preparing.catch(() => this.#statements.delete(sql));
    return preparing;
  }

  async #drop(sql: string, preparing: Promise<Prepared>, { name }: Prepared): Promise<void> {
    if (this.#statements.get(sql) === preparing) this.#statements.delete(sql);
    const { close, sync } = protocol.serialize;
    await this.#send(() => Buffer.concat([close({ type: 'S', name }), sync()]));
  }

  async #unprepared(sql: string, params: readonly unknown[]): Promise<QueryResult<unknown>> {
    return resultOf(await this.#database.query(sql, [...params]));
  }

  async #prepare(sql: string): Promise<Prepared> {
    const name = `s${++this.#names}`;
    const { parse, describe, sync } = protocol.serialize;
    const answers = await this.#send(() =>
      Buffer.concat([parse({ name, text: sql }), describe({ type: 'S', name }), sync()]),
    );
    let parameterTypes: readonly number[] = [];
    let columns: Prepared['columns'] = [];
    for (const answer of answers) {
      if (answer instanceof messages.ParameterDescriptionMessage) parameterTypes = answer.dataTypeIDs;
      if (answer instanceof messages.RowDescriptionMessage) columns = answer.fields;
    }
    return { name, parameterTypes, columns };
  }

  async #run(
    { name, parameterTypes, columns }: Prepared,
    params: readonly unknown[],
  ): Promise<QueryResult<unknown>> {
    const values = params.map((param, at) => this.#serialized(param, parameterTypes[at] ?? 0));
    const answers = await this.#send(() => this.#message.encode(name, values));
    const rows: unknown[] = [];
    let rowCount = 0;
    for (const answer of answers) {
      if (answer instanceof messages.DataRowMessage) rows.push(this.#row(answer.fields, columns));
      // Its last word is a number: `SELECT 2`, `INSERT 0 5`; or a word: `CREATE TABLE`.
      if (answer instanceof messages.CommandCompleteMessage)
        rowCount = Number(answer.text.slice(answer.text.lastIndexOf(' ') + 1)) || 0;
    }
    return { rows, rowCount };
  }

  #serialized(value: unknown, type: number): WireValue {
    if (value === null || value === undefined) return null;
    const serialize = this.#database.serializers[type];
    return serialize === undefined ? `${value as string | number | boolean}` : serialize(value);
  }

  #row(fields: readonly (string | null)[], columns: Prepared['columns']): Record<string, unknown> {
    return Object.fromEntries(
      columns.map(({ name, dataTypeID }, at) => [
        name,
        types.parseType(fields[at] ?? null, dataTypeID, this.#database.parsers),
      ]),
    );
  }

  /** Never within somebody's transaction: those have the database to themselves. */
  async #send(message: () => Uint8Array): Promise<readonly { readonly name: string }[]> {
    const database = this.#database;
    // Made when its turn has come, since it may be in a buffer that the next one uses; streamed, so that a large answer is not gathered whole
    // beside what it says.
    return database._runExclusiveTransaction(() =>
      database.runExclusive(() => database.execProtocolStream(message())),
    );
  }
}
