import type { TestPostgres } from '../../../test/support/postgres.js';
import type { JobName } from '../load/jobs.js';
import type { Params, Result } from '../loader-process.js';
import type { RunningServer, ServerName, StartOptions } from '../servers/servers.js';

/** One row of a table. */
export interface Figure {
  readonly key: string;
  readonly label: string;
  /** `yes` shows 1 and 0 as words, and takes the worst of the rounds instead of the median. */
  readonly unit: '%' | 'ms' | 's' | '/s' | 'B' | 'kB' | 'MB' | '' | 'yes';
  /** What it ought to be, as it is written in the table. */
  readonly target?: string;
}

export type Figures = Readonly<Record<string, number>>;

/** What a scenario has to work with in one round with one server. */
export interface Stage {
  readonly server: ServerName;
  readonly postgres: TestPostgres;
  readonly quick: boolean;
  /** Starts the server; it is stopped when the scenario has ended. */
  readonly start: (options?: StartOptions) => Promise<RunningServer>;
  /** Does a job of the load generator. */
  readonly run: <K extends JobName>(job: K, params: Params<K>) => Promise<Result<K>>;
  /** Says something that is worth to be seen while it runs. */
  readonly say: (text: string) => void;
  /** What other scenarios of this run have found, by server. */
  readonly found: Map<string, number>;
}

/** A measurement that can be repeated. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** What one has to know to read the table. */
  readonly note: string;
  readonly servers: readonly ServerName[];
  readonly figures: readonly Figure[];
  /** Rounds where nobody says how many. Default 3. */
  readonly rounds?: number;
  readonly measure: (stage: Stage) => Promise<Figures>;
}
