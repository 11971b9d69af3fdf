import type { SceneView } from '@diorama/client-sdk/three';

import { Listeners } from '../state/listeners.js';

/** What the picture still lacks, in one sentence: what loads, or what cannot be shown and why. */
export class LoadNotice {
  readonly #listeners = new Listeners();
  #text: string | null = null;

  get text(): string | null {
    return this.#text;
  }

  readonly subscribe = (callback: () => void): (() => void) => this.#listeners.add(callback);

  update({ pending, warnings }: Pick<SceneView, 'pending' | 'warnings'>): void {
    const [first, ...more] = warnings;
    const text =
      pending > 0
        ? `Loading ${pending === 1 ? 'one asset' : `${pending} assets`} …`
        : first === undefined
          ? null
          : more.length > 0
            ? `${first}, and ${more.length} more`
            : first;
    if (text === this.#text) return;
    this.#text = text;
    this.#listeners.call();
  }
}
