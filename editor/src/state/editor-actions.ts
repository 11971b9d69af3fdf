import type { SceneDoc, SceneNodeInput } from '@diorama/shared';

import type { Addable } from '../commands/addable.js';
import { reparent, type DropPlace } from '../commands/reparent.js';
import { deleteNodes, duplicateNodes, groupNodes } from '../commands/structure.js';
import { uniqueName } from '../commands/unique-name.js';
import type { EditorState } from './editor-state.js';
import type { SceneStore } from './scene-store.js';

/** The SDK's session, as far as commands need it. */
export interface Edits {
  /** One edit of the scene, one step of undo; those with the same merge key that follow each other closely are one. */
  edit<T>(change: (scene: SceneDoc) => T, options?: { readonly merge?: string | undefined }): T;
  undo(): boolean;
  redo(): boolean;
}

export interface EditorActionsOptions {
  readonly edits: Edits;
  readonly store: SceneStore;
  readonly state: EditorState;
  /** Whether the person may edit now. */
  readonly canEdit: () => boolean;
  /** Where new things go when no place was pointed at: on the ground in the middle of the view. */
  readonly placeInView: () => readonly [number, number, number];
}

/** What buttons, menus and keys do to the scene; each is one step of undo, and none does anything for a viewer. */
export class EditorActions {
  readonly #options: EditorActionsOptions;

  constructor(options: EditorActionsOptions) {
    this.#options = options;
  }

  /** Adds a thing of the Add menu in the middle of the view, under a free name, and selects it. */
  add({ node, lift }: Addable): void {
    const [x, y, z] = this.#options.placeInView();
    const { nodes } = this.#options.store;
    const name = uniqueName(
      node.name ?? '',
      [...nodes.values()].map((each) => each.name),
    );
    const input: SceneNodeInput = { ...node, name, pose: { ...node.pose, translation: [x, y + lift, z] } };
    const id = this.edit((scene) => scene.addNode(input));
    if (id !== undefined) this.#options.state.select([id]);
  }

  remove(ids: readonly string[] = this.#selection): void {
    if (ids.length > 0) this.edit((scene) => deleteNodes(scene, ids));
  }

  duplicate(ids: readonly string[] = this.#selection): void {
    const copies = ids.length > 0 ? this.edit((scene) => duplicateNodes(scene, ids)) : undefined;
    if (copies !== undefined) this.#options.state.select(copies);
  }

  group(ids: readonly string[] = this.#selection): void {
    const group = ids.length > 0 ? this.edit((scene) => groupNodes(scene, ids)) : undefined;
    if (typeof group === 'string') this.#options.state.select([group]);
  }

  rename(id: string, name: string): void {
    this.patch([id], { name: name.trim() });
  }

  /** Writes the same keys to several nodes. */
  patch(ids: readonly string[], patch: Partial<Record<string, unknown>>, merge?: string): void {
    this.edit((scene) => {
      for (const id of ids) if (this.#options.store.node(id) !== undefined) scene.setNode(id, patch);
    }, merge);
  }

  /** Hides the selection, or shows it when all of it is hidden. */
  toggleVisible(): void {
    const shown = this.#selection.some((id) => this.#options.store.node(id)?.visible);
    if (this.#selection.length > 0) this.patch(this.#selection, { visible: !shown });
  }

  /** Returns false when the move would make a node its own descendant. */
  move(ids: readonly string[], place: DropPlace): boolean {
    return this.edit((scene) => reparent(scene, ids, place)) ?? true;
  }

  undo(): void {
    if (this.#options.canEdit()) this.#options.edits.undo();
  }

  redo(): void {
    if (this.#options.canEdit()) this.#options.edits.redo();
  }

  /** Any other change. Undefined, and nothing happens, when the person may not edit. */
  edit<T>(change: (scene: SceneDoc) => T, merge?: string): T | undefined {
    return this.#options.canEdit() ? this.#options.edits.edit(change, { merge }) : undefined;
  }

  get #selection(): readonly string[] {
    return this.#options.state.value.selection;
  }
}
