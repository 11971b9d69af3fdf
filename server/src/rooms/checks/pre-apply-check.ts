import {
  DOCUMENT_BOUNDS,
  DOCUMENT_LIMITS,
  fault,
  ROOT_MAPS,
  type Issue,
  type RootMap,
} from '@diorama/shared';
import * as Y from 'yjs';
import { findCrowdedTypes } from './crowded-types.js';
import type { DecodedUpdate } from './update-check.js';
import { TypeDepths } from './type-depths.js';

type Struct = DecodedUpdate['structs'][number];
export type EntryRoot = Exclude<RootMap, 'scene'>;

/** Yjs recurses into nested types when it deletes them. Editors need two levels below an entry. */
export const TYPE_MAX_DEPTH = 16;

const MAX_ISSUES = 20;
const KNOWN: ReadonlySet<unknown> = new Set(ROOT_MAPS);

/** Up to this many entries above a budget are applied and undone. More would take too long. */
const SLACK = 1_000;

/** The structs of an update that must not be applied. */
export interface PreApplyRejection {
  readonly dropped: ReadonlySet<Struct>;
  readonly code: 'invalid_document' | 'scene_full';
  readonly issues: readonly Issue[];
}

/**
 * Finds structs that must not enter the document even for a moment: their names would stay in tombstones, or undoing
 * them would take too long.
 *
 * Checks each struct by itself, before the update is applied. `entriesLeft` returns how many more entries a root map
 * may have. Returns 'unresolved' if the update nests types below something that the document lacks, so that their depth
 * is unknown.
 */
export function checkBeforeApply(
  doc: Y.Doc,
  update: DecodedUpdate,
  entriesLeft: (root: EntryRoot) => number,
): PreApplyRejection | 'unresolved' | undefined {
  const inspection = new PreApplyCheck(doc, update);
  for (const struct of update.structs) inspection.check(struct);
  return inspection.finish(entriesLeft);
}

class PreApplyCheck {
  readonly #doc: Y.Doc;
  readonly #update: DecodedUpdate;
  readonly #entries: Partial<Record<EntryRoot, Struct[]>> = {};
  #dropped: Set<Struct> | undefined;
  #issues: Issue[] = [];
  #nested: Y.Item[] | undefined;
  #client = -1;
  #state = 0;
  #code: PreApplyRejection['code'] = 'invalid_document';

  constructor(doc: Y.Doc, update: DecodedUpdate) {
    this.#doc = doc;
    this.#update = update;
  }

  check(struct: Struct): void {
    if (!(struct instanceof Y.Item)) return;
    // Until it is integrated, `parent` is what the update encodes: a root's name, an id, or nothing if there is a
    // neighbour.
    const parent = struct.parent as unknown;
    const { parentSub, content } = struct;
    if (typeof parent === 'string') {
      if (!KNOWN.has(parent)) return this.#drop(struct, fault([parent], 'A scene has no such root type'));
      if (parentSub === null) return this.#drop(struct, fault([parent], 'It is a map, not a list'));
      if (parent !== 'scene' && this.#isNew(struct)) (this.#entries[parent as EntryRoot] ??= []).push(struct);
    }
    if (parentSub !== null && parentSub.length > DOCUMENT_BOUNDS.keyLength)
      return this.#drop(
        struct,
        fault([...nameOf(parent), parentSub], `A key has at most ${DOCUMENT_BOUNDS.keyLength} characters`),
      );
    if (content instanceof Y.ContentType && typeof parent !== 'string') (this.#nested ??= []).push(struct);
  }

  finish(entriesLeft: (root: EntryRoot) => number): PreApplyRejection | 'unresolved' | undefined {
    for (const [root, added] of Object.entries(this.#entries) as [EntryRoot, Struct[]][]) {
      if (added.length <= entriesLeft(root) + SLACK) continue;
      this.#code = 'scene_full';
      for (const struct of added) this.#drop(struct, undefined);
      this.#issues.push(fault([root], `A scene has at most ${DOCUMENT_LIMITS[root]} ${root}`));
    }
    this.#dropCrowded();
    if (this.#nested !== undefined && !this.#checkDepths(this.#nested)) return 'unresolved';
    if (this.#dropped === undefined) return undefined;
    return { dropped: this.#dropped, code: this.#code, issues: this.#issues };
  }

  #dropCrowded(): void {
    const crowded = findCrowdedTypes(this.#doc, this.#update);
    if (crowded === undefined) return;
    for (const struct of crowded.dropped) this.#drop(struct, undefined);
    this.#issues.push(...crowded.issues.slice(0, Math.max(0, MAX_ISSUES - this.#issues.length)));
  }

  #checkDepths(nested: readonly Y.Item[]): boolean {
    const depths = new TypeDepths(this.#doc, this.#update.structs);
    for (const struct of nested) {
      const depth = depths.of(struct);
      if (depth === undefined) return false;
      if (depth > TYPE_MAX_DEPTH)
        this.#drop(struct, fault(nameOf(struct.parentSub), 'It is nested too deeply'));
    }
    return true;
  }

  #drop(struct: Struct, issue: Issue | undefined): void {
    (this.#dropped ??= new Set()).add(struct);
    if (issue !== undefined && this.#issues.length < MAX_ISSUES) this.#issues.push(issue);
  }

  #isNew({ id: { client, clock } }: Struct): boolean {
    if (client !== this.#client) {
      this.#client = client;
      this.#state = Y.getState(this.#doc.store, client);
    }
    return clock >= this.#state;
  }
}

const nameOf = (name: unknown): string[] => (typeof name === 'string' ? [name] : []);
