/** The argument of each event by its name. */
type Events = object;

/** Takes the listener off again; calling it twice does nothing more. */
export type Unsubscribe = () => void;

/** Calls listeners in the order they came; one that throws does not keep the others from hearing. */
export class Emitter<E extends Events> {
  readonly #listeners = new Map<keyof E, Set<(argument: never) => void>>();

  on<K extends keyof E>(event: K, listener: (argument: E[K]) => void): Unsubscribe {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  emit<K extends keyof E>(event: K, argument: E[K]): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) {
      try {
        (listener as (argument: E[K]) => void)(argument);
      } catch (error) {
        // Thrown again outside, where the platform reports it as uncaught: it is the listener's bug, not the session's.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
