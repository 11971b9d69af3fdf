import { DioramaError } from '@diorama/shared';
import { open } from 'node:fs/promises';
import type { UriSurvey } from './gltf/uris.js';
import type { Inspector } from './inspector/jobs.js';
import { sniff, SNIFF_BYTES, type Sniffed } from './sniff.js';
import { baseName, folderOf, type StagedFile } from './staged-file.js';
import type { Refusal } from './upload/problem-file.js';

/** Files that may refer to each other: the parts of one request, or the entries of one archive. */
export interface Bundle {
  readonly files: readonly StagedFile[];
  /** The archive that they were in. */
  readonly archive: string | null;
}

/** What may become an asset. */
export type Candidate =
  | {
      readonly kind: 'model';
      readonly format: 'glb' | 'gltf';
      readonly main: StagedFile;
      /** URI in the JSON → the file that answers it. */
      readonly resources: ReadonlyMap<string, StagedFile>;
      /** Licence texts and the like that came in the same archive. */
      readonly extras: readonly StagedFile[];
    }
  | { readonly kind: 'picture'; readonly format: 'png' | 'jpeg' | 'webp'; readonly main: StagedFile }
  | { readonly kind: 'environment'; readonly format: 'hdr' | 'exr'; readonly main: StagedFile };

export interface Sorted {
  readonly candidates: readonly Candidate[];
  readonly archives: readonly StagedFile[];
  readonly refusals: readonly Refusal[];
}

/** What a file is called to the uploader: entries of an archive by the archive's name first. */
export const labelOf = (bundle: Bundle, file: StagedFile): string =>
  bundle.archive === null ? file.path : `${bundle.archive}/${file.path}`;

async function sniffFile(file: StagedFile): Promise<Sniffed> {
  const handle = await open(file.location);
  try {
    const head = Buffer.alloc(SNIFF_BYTES);
    const { bytesRead } = await handle.read(head, 0, SNIFF_BYTES, 0);
    return sniff(head.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}

/** The file at `path` next to the model; else the only one of that name, as browsers send files without folders. */
function findFile(bundle: Bundle, main: StagedFile, path: string): StagedFile | undefined {
  const full = folderOf(main.path) + path;
  const exact = bundle.files.find((file) => file.path === full && file !== main);
  if (exact !== undefined) return exact;
  const named = bundle.files.filter((file) => baseName(file.path) === baseName(path) && file !== main);
  return new Set(named.map((file) => file.sha256)).size === 1 ? named[0] : undefined;
}

interface Resolved {
  readonly resources: ReadonlyMap<string, StagedFile>;
  readonly error: DioramaError | undefined;
}

function resolve(bundle: Bundle, main: StagedFile, { references, forbidden }: UriSurvey): Resolved {
  const resources = new Map<string, StagedFile>();
  const missing = [];
  for (const { uri, path, pointer } of references) {
    const file = findFile(bundle, main, path);
    if (file !== undefined) resources.set(uri, file);
    else missing.push({ pointer, message: `${path} was not uploaded`, severity: 'error' as const });
  }
  if (forbidden[0] !== undefined) {
    const { pointer, message } = forbidden[0];
    return {
      resources,
      error: new DioramaError('asset_uri_forbidden', `${pointer}: ${message}`, { issues: forbidden }),
    };
  }
  if (missing[0] !== undefined) {
    const { pointer, message } = missing[0];
    return {
      resources,
      error: new DioramaError('asset_file_missing', `${pointer}: ${message}`, { issues: missing }),
    };
  }
  return { resources, error: undefined };
}

const unsupported = (detail: string): DioramaError => new DioramaError('asset_format_unsupported', detail);

/** What refuses a file that is neither an asset nor part of one. */
function refusalOf(sniffed: Sniffed, inArchive: boolean): DioramaError | undefined {
  switch (sniffed.is) {
    case 'empty':
      return new DioramaError('asset_invalid', 'The file is empty');
    case 'unknown':
      return unsupported(
        `It looks like ${sniffed.looksLike}; it is no model or image, nor part of a model in this upload`,
      );
    case 'archive':
      return inArchive
        ? new DioramaError('asset_archive_invalid', 'It is an archive inside an archive')
        : undefined;
    case 'model':
    case 'image':
    case 'environment':
      return undefined;
  }
}

/** JSON that is no glTF is just another file, which a model may use or an archive may hold. */
const isOtherJson = (sniffed: Sniffed, error: unknown): boolean =>
  sniffed.is === 'model' &&
  sniffed.format === 'gltf' &&
  error instanceof DioramaError &&
  error.code === 'asset_format_unsupported';

/** Sorts a bundle into what may become assets, archives to open, and refusals. What a model uses is part of it. */
export async function sortBundle(bundle: Bundle, inspector: Inspector): Promise<Sorted> {
  const sniffed = new Map<StagedFile, Sniffed>();
  for (const file of bundle.files) sniffed.set(file, await sniffFile(file));

  const used = new Set<StagedFile>();
  const extras: StagedFile[] = [];
  const failures = new Map<StagedFile, DioramaError>();
  const models = new Map<StagedFile, Candidate>();
  for (const [main, what] of sniffed) {
    if (what.is !== 'model') continue;
    try {
      const survey = await inspector.run('survey', { format: what.format, location: main.location });
      const { resources, error } = resolve(bundle, main, survey);
      for (const file of resources.values()) used.add(file);
      if (error !== undefined) failures.set(main, error);
      else models.set(main, { kind: 'model', format: what.format, main, resources, extras });
    } catch (error) {
      if (!(error instanceof DioramaError)) throw error;
      if (bundle.archive !== null && isOtherJson(what, error)) extras.push(main);
      else failures.set(main, error);
    }
  }

  const candidates: Candidate[] = [];
  const archives: StagedFile[] = [];
  for (const [main, what] of sniffed) {
    if (used.has(main) && !models.has(main)) {
      if (isOtherJson(what, failures.get(main))) failures.delete(main);
      continue;
    }
    const model = models.get(main);
    if (model !== undefined) candidates.push(model);
    else if (what.is === 'image') candidates.push({ kind: 'picture', format: what.format, main });
    else if (what.is === 'environment') candidates.push({ kind: 'environment', format: what.format, main });
    else if (what.is === 'archive' && bundle.archive === null) archives.push(main);
    else if (bundle.archive !== null && (what.is === 'unknown' || what.is === 'empty')) extras.push(main);
    else if (!failures.has(main) && !extras.includes(main)) {
      const error = refusalOf(what, bundle.archive !== null);
      if (error !== undefined) failures.set(main, error);
    }
  }
  const refusals = [...failures].map(([file, error]) => ({ file: labelOf(bundle, file), error }));
  if (bundle.archive !== null && candidates.length === 0 && refusals.length === 0) {
    const error = new DioramaError('asset_archive_invalid', 'The archive has no model and no image in it');
    return { candidates, archives, refusals: [{ file: bundle.archive, error }] };
  }
  return { candidates, archives, refusals };
}
