import { say } from './progress.mjs';

/** A problem that a person can act on: its message is all there is to say, a stack would only hide it. */
export class Failure extends Error {}

/**
 * Runs a script's main function and turns its outcome into the exit code.
 *
 * @param {() => Promise<number>} main resolves to the exit code
 */
export async function exitWith(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    say(`\n${error.message}`);
    process.exitCode = 1;
  }
}
