import {
  blobKey,
  DioramaError,
  type AssetId,
  type AssetMetadata,
  type ValidationReport,
} from '@diorama/shared';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { AssetCatalog } from './asset-catalog.js';
import type { AssetFile, AssetRecord } from './asset-record.js';
import { labelOf, sortBundle, type Bundle, type Candidate } from './bundle.js';
import type { Inspector } from './inspector/jobs.js';
import type { ObjectStore } from './object-store.js';
import { contentTypeOf } from './sniff.js';
import { baseName, type StagedFile } from './staged-file.js';
import type { Refusal } from './upload/problem-file.js';

export interface AssetIngestionOptions {
  readonly inspector: Inspector;
  readonly objects: ObjectStore;
  readonly catalog: AssetCatalog;
  readonly newAssetId: () => AssetId;
  readonly now: () => Date;
}

export interface AssetOwner {
  readonly tenant: string;
  /** Who uploads. */
  readonly subject: string;
}

export interface Ingested {
  readonly assets: readonly AssetRecord[];
  readonly refusals: readonly Refusal[];
}

/** A candidate that passed, with what serves as its content. */
interface Passed {
  readonly candidate: Candidate;
  readonly content: StagedFile;
  readonly metadata: AssetMetadata;
  readonly validation: ValidationReport | null;
}

type Outcome = { readonly passed: Passed } | { readonly refused: Refusal };

const FALLBACK_TYPE = 'application/octet-stream';

/** What a model is made of, in a stable order, each file once. */
function filesOf(candidate: Candidate): { file: StagedFile; contentType: string }[] {
  const main = { file: candidate.main, contentType: contentTypeOf(candidate.format) };
  if (candidate.kind !== 'model') return [main];
  const others = new Set([...candidate.resources.values(), ...candidate.extras]);
  return [main, ...[...others].map((file) => ({ file, contentType: FALLBACK_TYPE }))];
}

const TYPE_BY_KIND = { model: 'model', picture: 'image', environment: 'environment' } as const;

/** Takes uploaded files in: sorts, inspects and stores them, bytes first and rows last. */
export class AssetIngestion {
  readonly #options: AssetIngestionOptions;

  constructor(options: AssetIngestionOptions) {
    this.#options = options;
  }

  /**
   * Takes in what is good among `files` and says why it refused the rest. `folder` is scratch space that the caller
   * deletes; the files may be moved out of it.
   */
  async ingest(files: readonly StagedFile[], owner: AssetOwner, folder: string): Promise<Ingested> {
    const outcomes = await this.#takeBundle({ files, archive: null }, folder);
    // Everything is inspected before anything is moved into the store: files may be shared between models.
    const assets: AssetRecord[] = [];
    for (const outcome of outcomes)
      if ('passed' in outcome) assets.push(await this.#store(outcome.passed, owner));
    return {
      assets,
      refusals: outcomes.flatMap((outcome) => ('refused' in outcome ? [outcome.refused] : [])),
    };
  }

  async #takeBundle(bundle: Bundle, folder: string): Promise<Outcome[]> {
    const { candidates, archives, refusals } = await sortBundle(bundle, this.#options.inspector);
    const outcomes: Outcome[] = [];
    for (const [index, candidate] of candidates.entries())
      outcomes.push(await this.#inspect(bundle, candidate, join(folder, `packed-${index}.glb`)));
    for (const [index, archive] of archives.entries())
      outcomes.push(...(await this.#takeArchive(archive, join(folder, `archive-${index}`))));
    return [...outcomes, ...refusals.map((refused) => ({ refused }))];
  }

  async #takeArchive(archive: StagedFile, folder: string): Promise<Outcome[]> {
    await mkdir(folder);
    try {
      const files = await this.#options.inspector.run('unpack', { archive: archive.location, folder });
      return await this.#takeBundle({ files, archive: archive.path }, folder);
    } catch (error) {
      return [{ refused: { file: archive.path, error: refusable(error) } }];
    }
  }

  async #inspect(bundle: Bundle, candidate: Candidate, packTo: string): Promise<Outcome> {
    try {
      return { passed: await this.#pass(candidate, packTo) };
    } catch (error) {
      return { refused: { file: labelOf(bundle, candidate.main), error: refusable(error) } };
    }
  }

  async #pass(candidate: Candidate, packTo: string): Promise<Passed> {
    const { inspector } = this.#options;
    const { main } = candidate;
    const { location } = main;
    switch (candidate.kind) {
      case 'model': {
        const resources = Object.fromEntries(
          [...candidate.resources].map(([uri, file]) => [uri, file.location]),
        );
        const { format } = candidate;
        const { metadata, validation, packed } = await inspector.run('model', {
          format,
          location,
          resources,
          packTo,
        });
        const content = packed === null ? main : { path: main.path, location: packTo, ...packed };
        return { candidate, content, metadata, validation };
      }
      case 'picture':
        return {
          candidate,
          content: main,
          metadata: await inspector.run('picture', { location }),
          validation: null,
        };
      case 'environment': {
        const metadata = await inspector.run('environment', { location, format: candidate.format });
        return { candidate, content: main, metadata, validation: null };
      }
    }
  }

  async #store(
    { candidate, content, metadata, validation }: Passed,
    owner: AssetOwner,
  ): Promise<AssetRecord> {
    const files: AssetFile[] = [];
    for (const { file, contentType } of filesOf(candidate)) {
      await this.#putBlob(owner.tenant, file);
      files.push({ path: file.path, size: file.size, sha256: file.sha256, contentType });
    }
    const record: AssetRecord = {
      assetId: this.#options.newAssetId(),
      tenant: owner.tenant,
      name: baseName(candidate.main.path),
      assetType: TYPE_BY_KIND[candidate.kind],
      fileFormat: candidate.format,
      contentType: candidate.kind === 'model' ? contentTypeOf('glb') : contentTypeOf(candidate.format),
      size: content.size,
      sha256: content.sha256,
      storagePath: await this.#putBlob(owner.tenant, content),
      files,
      metadata,
      validation,
      uploadedBy: owner.subject,
      createdAt: this.#options.now(),
    };
    await this.#options.catalog.add(record);
    return record;
  }

  /** Stores the bytes unless the tenant has them. */
  async #putBlob(tenant: string, file: StagedFile): Promise<string> {
    const key = blobKey(tenant, file.sha256);
    const stored = await this.#options.objects.head(key);
    if (stored === undefined) await this.#options.objects.putFile(key, file.location);
    return key;
  }
}

/** Only what is the file's fault refuses the file; a full disk or a lost database fails the request. */
function refusable(error: unknown): DioramaError {
  if (error instanceof DioramaError && error.code.startsWith('asset_')) return error;
  throw error;
}
