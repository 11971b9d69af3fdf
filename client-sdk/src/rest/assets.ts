import { api, type Asset, type UploadResult } from '@diorama/shared';
import { itemsOf, type Page, type PageQuery } from './pages.js';
import type { CallOptions } from './request.js';
import type { RestClient } from './rest-client.js';
import { formOf, type UploadFile, type UploadProgress } from './upload-form.js';
import { sendForm } from './upload-send.js';

/** How an upload is followed and ended. */
export interface UploadOptions {
  /** Bytes sent so far. Called in browsers; elsewhere once, when all is sent. */
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined;
  /** Ends the upload, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The REST resource `assets`. */
export class AssetsApi {
  readonly #rest: RestClient;

  constructor(rest: RestClient) {
    this.#rest = rest;
  }

  /**
   * Uploads one or many files; a glTF comes with its files, named by their relative paths.
   *
   * Files that are refused beside good ones are in `problems`; when all are refused, the DioramaError is thrown, with
   * the validator's issues.
   */
  async upload(files: Iterable<UploadFile>, options: UploadOptions = {}): Promise<UploadResult> {
    return sendForm(this.#rest, api.assets.upload, formOf(files), options);
  }

  /** One page of assets, the most recently uploaded first. Throws `forbidden` for guests, `invalid_cursor`. */
  async list({ signal, ...query }: PageQuery = {}): Promise<Page<Asset>> {
    return this.#rest.call(api.assets.list, { query, signal });
  }

  /** Every asset, the most recently uploaded first. */
  all(query: PageQuery = {}): AsyncGenerator<Asset, void, undefined> {
    return itemsOf((page) => this.list(page), query);
  }

  /** An asset's metadata. Throws `asset_not_found`. */
  async get(assetId: string, options: CallOptions = {}): Promise<Asset> {
    return this.#rest.call(api.assets.get, { ...options, params: { asset_id: assetId } });
  }

  /** What a renderer loads, the GLB or the image, as a response to stream or to read with `arrayBuffer()`. */
  async content(assetId: string, options: CallOptions = {}): Promise<Response> {
    return this.#rest.request(api.assets.content, { ...options, params: { asset_id: assetId } });
  }

  /** Where `content` comes from; it needs the `Authorization` header. */
  contentUrl(assetId: string): string {
    return this.#rest.url(`/v1/assets/${encodeURIComponent(assetId)}/content`).href;
  }
}
