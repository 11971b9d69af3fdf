import { parseArgs } from 'node:util';
import { SCENARIOS } from './scenarios/all.js';
import type { Scenario } from './scenarios/scenario.js';
import { SERVER_NAMES, type ServerName } from './servers/servers.js';

export interface Options {
  readonly scenarios: readonly Scenario[];
  /** Undefined: each scenario's own. */
  readonly servers: readonly ServerName[] | undefined;
  readonly rounds: number | undefined;
  readonly quick: boolean;
  /** Where profiles of Diorama go; undefined: none are taken. */
  readonly profile: string | undefined;
}

/** Reads the arguments. Throws an Error that names what is wrong. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
      servers: { type: 'string' },
      rounds: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  const only = values.only?.flatMap((names) => names.split(','));
  const scenarios = only === undefined ? SCENARIOS : only.map((name) => pick('scenario', name, SCENARIOS));
  const servers = values.servers?.split(',').map((name) => {
    if (!SERVER_NAMES.some((known) => known === name)) throw unknown('server', name, SERVER_NAMES);
    return name as ServerName;
  });
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0))
    throw new Error(`--rounds ${values.rounds} is not a number of rounds`);
  return { scenarios, servers, rounds, quick: values.quick, profile: values.profile };
}

function pick(what: string, name: string, among: readonly Scenario[]): Scenario {
  const found = among.find((each) => each.name === name);
  if (found === undefined)
    throw unknown(
      what,
      name,
      among.map((each) => each.name),
    );
  return found;
}

const unknown = (what: string, name: string, known: readonly string[]): Error =>
  new Error(`There is no ${what} "${name}"; there are ${known.join(', ')}.`);
