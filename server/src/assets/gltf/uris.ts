import { jsonPointer, type Issue } from '@diorama/shared';
import { isObject, objectsOf, type JsonObject } from './json-value.js';

/** A file that a glTF asks for. */
export interface UriReference {
  readonly pointer: string;
  /** As written in the JSON. */
  readonly uri: string;
  /** Decoded, relative to the glTF, without `.` segments. */
  readonly path: string;
}

export interface UriSurvey {
  readonly references: readonly UriReference[];
  readonly forbidden: readonly Issue[];
}

type Judged = { readonly path: string } | { readonly why: string } | 'embedded';

// eslint-disable-next-line no-control-regex -- no file that came along has such a name
const CONTROL = /[\u0000-\u001f\u007f]/;

const SCHEME = /^\s*([a-z][a-z0-9+.-]*):/i;

/** Whether a URI names a file that may have come along. Percent-encoding is decoded first, once, as a loader would. */
export function judgeUri(uri: string): Judged {
  if (/^data:/i.test(uri)) return 'embedded';
  let decoded: string;
  try {
    decoded = decodeURIComponent(uri);
  } catch (error) {
    return { why: `cannot be decoded (${(error as Error).message})` };
  }
  const segments = decoded.split(/[/\\]/);
  const path = segments.filter((segment) => segment !== '' && segment !== '.').join('/');
  const scheme = SCHEME.exec(decoded)?.[1] ?? SCHEME.exec(path)?.[1];
  if (scheme !== undefined) return { why: `has the scheme ${scheme}:` };
  if (/^\s*[/\\]/.test(decoded)) return { why: 'is absolute' };
  if (CONTROL.test(decoded)) return { why: 'has control characters' };
  if (segments.some((segment) => segment.trim() === '..')) return { why: 'leaves the folder of the model' };
  if (decoded.includes('\\')) return { why: 'has a backslash; write / between folders' };
  return { path };
}

/** URIs that extensions of the root bring, such as light profiles and audio. */
function* extensionUris(value: unknown, path: PropertyKey[]): Generator<[PropertyKey[], string]> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* extensionUris(item, [...path, index]);
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (key === 'extras') continue;
      if (key === 'uri' && typeof item === 'string') yield [[...path, key], item];
      else yield* extensionUris(item, [...path, key]);
    }
  }
}

function* allUris(json: JsonObject): Generator<[PropertyKey[], string]> {
  for (const kind of ['buffers', 'images'])
    for (const [index, { uri }] of objectsOf(json[kind]).entries())
      if (typeof uri === 'string') yield [[kind, index, 'uri'], uri];
  yield* extensionUris(json['extensions'], ['extensions']);
}

/** Lists the files that a glTF asks for, and the URIs that point outside of what was uploaded. */
export function surveyUris(json: JsonObject): UriSurvey {
  const references: UriReference[] = [];
  const forbidden: Issue[] = [];
  for (const [path, uri] of allUris(json)) {
    const pointer = jsonPointer(path);
    const judged = judgeUri(uri);
    if (judged === 'embedded') continue;
    if ('why' in judged)
      forbidden.push({
        pointer,
        message: `${JSON.stringify(uri.slice(0, 200))} ${judged.why}`,
        severity: 'error',
      });
    else references.push({ pointer, uri, path: judged.path });
  }
  return { references, forbidden };
}
