import { Listeners } from './listeners.js';

export const TRANSFORM_MODES = ['translate', 'rotate', 'scale'] as const;
export type TransformMode = (typeof TRANSFORM_MODES)[number];
export type TransformSpace = 'world' | 'local';

/** What one person's editor is set to; nothing of it is stored in the scene. */
export interface EditorSettings {
  /** Node ids, the last one clicked at the end: it is the one that the inspector and the gizmo show. */
  readonly selection: readonly string[];
  readonly mode: TransformMode;
  readonly space: TransformSpace;
  readonly snap: boolean;
}

/** Holds the settings of one open editor; each change makes a new frozen object. */
export class EditorState {
  readonly #listeners = new Listeners();
  #value: EditorSettings = Object.freeze({ selection: [], mode: 'translate', space: 'world', snap: false });

  get value(): EditorSettings {
    return this.#value;
  }

  readonly get = (): EditorSettings => this.#value;

  readonly subscribe = (callback: () => void): (() => void) => this.#listeners.add(callback);

  set(patch: Partial<Omit<EditorSettings, 'selection'>>): void {
    this.#replace({ ...this.#value, ...patch });
  }

  select(ids: Iterable<string>): void {
    const selection = [...new Set(ids)];
    if (sameList(selection, this.#value.selection)) return;
    this.#replace({ ...this.#value, selection });
  }

  /** Adds `id` to the selection, or takes it out. */
  toggle(id: string): void {
    const { selection } = this.#value;
    this.select(selection.includes(id) ? selection.filter((each) => each !== id) : [...selection, id]);
  }

  #replace(value: EditorSettings): void {
    this.#value = Object.freeze(value);
    this.#listeners.call();
  }
}

const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((id, i) => id === b[i]);
