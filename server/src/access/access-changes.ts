/** Hears that members or links of a scene have changed; resolves when live connections follow it. */
export type AccessListener = (sceneId: string) => Promise<void>;

/** Carries the news that who may do what on a scene has changed, from whoever changed it to whoever holds connections. */
export class AccessChanges {
  readonly #listeners = new Set<AccessListener>();

  subscribe(listener: AccessListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Called after the commit. Resolves when this process' connections of the scene follow. */
  async publish(sceneId: string): Promise<void> {
    await Promise.all([...this.#listeners].map((listener) => listener(sceneId)));
  }
}
