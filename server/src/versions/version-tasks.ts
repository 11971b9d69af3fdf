import { documentToJson, type DocumentChange, type SceneDocument } from '@diorama/shared';
import { compareDocuments, type DocumentDifference } from './compare-documents.js';
import { restoringChanges } from './restoring-changes.js';
import { decodeState, encodeVersion, type StoredState } from './stored-state.js';

/** What the thread of versions does, and what it answers. */
export interface VersionTasks {
  /** A version of a state. */
  readonly make: {
    readonly input: { readonly state: StoredState };
    readonly output: { readonly data: Uint8Array; readonly nodeCount: number };
  };
  readonly read: {
    readonly input: { readonly state: StoredState };
    readonly output: SceneDocument;
  };
  readonly compare: {
    readonly input: { readonly from: StoredState; readonly to: StoredState };
    readonly output: DocumentDifference;
  };
  /** What makes `current` what `wanted` was. */
  readonly restore: {
    readonly input: { readonly current: StoredState; readonly wanted: StoredState };
    readonly output: readonly DocumentChange[];
  };
}

export type VersionTaskName = keyof VersionTasks;

type Handlers = {
  readonly [K in VersionTaskName]: (input: VersionTasks[K]['input']) => VersionTasks[K]['output'];
};

/** Runs in the thread. */
export const VERSION_TASKS: Handlers = {
  make({ state }) {
    const doc = decodeState(state);
    return { data: encodeVersion(doc), nodeCount: doc.getMap('nodes').size };
  },
  read: ({ state }) => documentToJson(decodeState(state)),
  compare: ({ from, to }) =>
    compareDocuments(documentToJson(decodeState(from)), documentToJson(decodeState(to))),
  restore: ({ current, wanted }) => restoringChanges(decodeState(current), decodeState(wanted)),
};
