import { DioramaError, fault, SCHEMA_VERSION, type Role } from '@diorama/shared';
import type * as Y from 'yjs';
import type { DecodedUpdate } from './update-check.js';
import { effectOf } from './update-effect.js';

/** The only root type that commenters may write. */
const COMMENTS = 'comments';

/** The document's schema version if it is newer than the server's. */
function newerSchema(doc: Y.Doc): number | undefined {
  const version = doc.getMap('scene').get('schemaVersion');
  return typeof version === 'number' && version > SCHEMA_VERSION ? version : undefined;
}

/** Whether `role` may move any node of `doc`. */
export const mayMoveNodes = (doc: Y.Doc, role: Role): boolean =>
  (role === 'owner' || role === 'editor') && newerSchema(doc) === undefined;

/** Throws `schema_too_new` for a document of a newer Diorama, whose rules this server does not know. */
export function requireKnownSchema(doc: Y.Doc): void {
  const version = newerSchema(doc);
  if (version === undefined) return;
  throw new DioramaError(
    'schema_too_new',
    `The scene has schema version ${version}; this server knows ${SCHEMA_VERSION}`,
  );
}

/**
 * Throws `schema_too_new` or `read_only` if `role` may not make the changes of `update`.
 *
 * An update that changes nothing is allowed: every Yjs client answers a sync with one.
 */
export function requireMayApply(doc: Y.Doc, role: Role, update: DecodedUpdate): void {
  switch (role) {
    case 'owner':
    case 'editor':
      if (newerSchema(doc) !== undefined && effectOf(doc, update).changes) requireKnownSchema(doc);
      return;
    case 'commenter': {
      const { changes, roots, unresolved } = effectOf(doc, update);
      if (changes) requireKnownSchema(doc);
      const foreign = [...roots].filter((root) => root !== COMMENTS);
      if (foreign.length > 0) throw readOnly('Commenters write comments only', foreign);
      if (unresolved)
        throw new DioramaError('read_only', 'The update depends on changes that the scene does not have');
      return;
    }
    case 'viewer': {
      const { changes, roots } = effectOf(doc, update);
      if (changes) throw readOnly('Viewers see the scene and do not change it', [...roots]);
    }
  }
}

/** Most roots named in a refusal: there may be any number, with names of any length. */
const MAX_ISSUES = 20;

function readOnly(message: string, roots: readonly string[]): DioramaError {
  const issues = roots.slice(0, MAX_ISSUES).map((root) => fault([root], message));
  const where = issues.map(({ pointer }) => pointer).join(', ');
  const more = roots.length > issues.length ? ' and more' : '';
  return new DioramaError('read_only', where === '' ? message : `${message}: ${where}${more}`, { issues });
}
