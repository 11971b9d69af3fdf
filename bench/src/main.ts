// npm run bench:realtime: measures Diorama beside other servers and writes bench/RESULTS.md.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPostgres, type TestPostgres } from '../../test/support/postgres.js';
import { readOptions, type Options } from './command-line.js';
import { runJob } from './loader-process.js';
import { ServerProfile } from './profile.js';
import { formatFigure } from './report/format.js';
import { machine, versions } from './report/machine.js';
import { tableOf, writeSection, type Rounds } from './report/results.js';
import type { Figures, Scenario, Stage } from './scenarios/scenario.js';
import { inspectorUrl } from './servers/inspector.js';
import { exitOnSignals, killAtExit } from './servers/leave-nothing.js';
import { canPin, pin, SERVER_CORE } from './servers/pin.js';
import { startServer, type RunningServer, type ServerName } from './servers/servers.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const RESULTS = join(ROOT, 'bench/RESULTS.md');
const DEFAULT_ROUNDS = 3;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

class Benchmark {
  readonly #options: Options;
  readonly #postgres: TestPostgres;
  readonly #found = new Map<string, number>();
  readonly #json = mkdtempSync(join(tmpdir(), 'diorama-bench-results-'));

  constructor(options: Options, postgres: TestPostgres) {
    this.#options = options;
    this.#postgres = postgres;
  }

  async run(): Promise<void> {
    say(`${machine()}\n${versions(ROOT)}`);
    if (!canPin) say('taskset is missing or there is one core: server and load are not kept apart.');
    for (const scenario of this.#options.scenarios) await this.#scenario(scenario);
    say(`\nAll rounds as JSON: ${this.#json}`);
  }

  async #scenario(scenario: Scenario): Promise<void> {
    const { quick, profile } = this.#options;
    const servers = (this.#options.servers ?? scenario.servers).filter((name) => isOf(scenario, name));
    const rounds = this.#options.rounds ?? (quick ? 1 : (scenario.rounds ?? DEFAULT_ROUNDS));
    say(`\n${scenario.name}: ${scenario.title}`);
    const found = new Map<ServerName, Figures[]>(servers.map((name) => [name, []]));
    for (let round = 1; round <= rounds; round++)
      for (const server of servers) {
        const figures = await this.#measure(scenario, server);
        if (figures === undefined) continue;
        found.get(server)?.push(figures);
        const shown = scenario.figures
          .filter(({ key }) => !Number.isNaN(figures[key] ?? NaN))
          .map((figure) => `${figure.label} ${formatFigure(figures[figure.key] ?? NaN, figure)}`);
        say(`  ${round}/${rounds} ${server}: ${shown.join(', ')}`);
      }
    const table = tableOf(scenario, found);
    say(`\n${table}`);
    writeFileSync(
      join(this.#json, `${scenario.name}.json`),
      JSON.stringify(Object.fromEntries(found), null, 2),
    );
    // A profile slows the server down, and a quick run is for whoever works on the benchmark.
    if (!quick && profile === undefined)
      writeSection(RESULTS, scenario.name, section(scenario, table, found));
  }

  /** One round with one server; a failure is told and leaves a hole. */
  async #measure(scenario: Scenario, server: ServerName): Promise<Figures | undefined> {
    const running: RunningServer[] = [];
    const { quick, profile } = this.#options;
    let profiling: Promise<ServerProfile> | undefined;
    const profiles: Promise<string[]>[] = [];
    const stage: Stage = {
      server,
      quick,
      postgres: this.#postgres,
      found: this.#found,
      say: (text) => say(`    ${text}`),
      start: async (options = {}) => {
        for (const earlier of running.splice(0)) await earlier.stop();
        const inspect = options.inspect ?? profile !== undefined;
        const started = await startServer(server, this.#postgres, { ...options, inspect });
        running.push(started);
        return started;
      },
      run: (job, params) =>
        runJob(job, params, (on) => {
          const [measured] = running;
          if (profile === undefined || measured === undefined) return;
          if (on) {
            mkdirSync(profile, { recursive: true });
            profiling = ServerProfile.start(
              inspectorUrl(measured.logs()),
              profile,
              `${scenario.name}-${server}`,
            );
          } else {
            if (profiling !== undefined) profiles.push(profiling.then((started) => started.stop()));
            profiling = undefined;
          }
        }),
    };
    try {
      return await scenario.measure(stage);
    } catch (error) {
      say(`    ${server} FAILED: ${error instanceof Error ? error.message : String(error)}`);
      process.exitCode = 1;
      return undefined;
    } finally {
      for (const lines of await Promise.all(profiles)) say(lines.join('\n'));
      for (const server of running) await server.stop();
    }
  }
}

/** A variant of a server can be measured where that one can. */
const isOf = (scenario: Scenario, name: ServerName): boolean =>
  scenario.servers.includes(name) || (name === 'hocuspocus-10ms' && scenario.servers.includes('hocuspocus'));

function section(scenario: Scenario, table: string, rounds: Rounds): string {
  const most = Math.max(...[...rounds.values()].map((each) => each.length));
  const command = ['npm run bench:realtime --', ...process.argv.slice(2)].join(' ').replace(/ --$/, '');
  return [
    `## ${scenario.title}`,
    scenario.note,
    table,
    `\`${command}\` (\`${scenario.name}\`), ${most} round${most === 1 ? '' : 's'}, ${new Date().toISOString().slice(0, 10)}. ` +
      `${machine()}. ${versions(ROOT)}.`,
  ].join('\n\n');
}

const options = readOptions(process.argv.slice(2));
const postgres = await startPostgres();
pin(postgres.pid, SERVER_CORE);
exitOnSignals();
killAtExit(postgres.pid, 'SIGQUIT');
try {
  await new Benchmark(options, postgres).run();
} finally {
  await postgres.stop();
}
