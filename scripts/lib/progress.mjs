/** While a step runs, a line this often shows that it is alive, also where npm or apt print nothing. */
const SIGN_OF_LIFE_MS = 15_000;

/** Prints a line for people. Scripts say what they do, so that a first start of a minute never looks stuck. */
export function say(text) {
  process.stdout.write(`${text}\n`);
}

/**
 * Announces a piece of work, does it, and says how long it took.
 *
 * @template T
 * @param {string} title what is done, such as `Compiling TypeScript`
 * @param {() => Promise<T>} work
 * @returns {Promise<T>} what `work` returned
 */
export async function step(title, work) {
  say(`• ${title}`);
  const startedAt = performance.now();
  const elapsed = () => duration(performance.now() - startedAt);
  const signOfLife = setInterval(() => say(`  … ${elapsed()}`), SIGN_OF_LIFE_MS);
  try {
    return await work();
  } finally {
    clearInterval(signOfLife);
    say(`  took ${elapsed()}: ${title}`);
  }
}

/** Milliseconds as people read them: `0.4 s`, `12.3 s`, `3 min 5 s`. */
export function duration(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
