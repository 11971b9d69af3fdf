import type { Endpoint, EndpointOutput } from '@diorama/shared';
import { failureOf, networkFailure } from './failure.js';
import type { UploadOptions } from './assets.js';
import type { CallInput } from './request.js';
import type { RestClient } from './rest-client.js';

/** Sends a form. fetch cannot tell how far an upload is, so where there is an XMLHttpRequest and someone listens, that is used. */
export async function sendForm<E extends Endpoint>(
  rest: RestClient,
  endpoint: E,
  form: FormData,
  { onProgress, signal }: UploadOptions,
): Promise<EndpointOutput<E>> {
  if (onProgress !== undefined && typeof XMLHttpRequest === 'function') {
    const body = await sendByXhr(
      rest.url(endpoint.path),
      await rest.authorization(),
      form,
      onProgress,
      signal,
    );
    return JSON.parse(body) as EndpointOutput<E>;
  }
  const result = await rest.call(endpoint, { body: form, signal } as CallInput<E>);
  const total = sizeOf(form);
  onProgress?.({ loaded: total, total });
  return result;
}

function sizeOf(form: FormData): number {
  let bytes = 0;
  form.forEach((value) => {
    bytes += typeof value === 'string' ? value.length : value.size;
  });
  return bytes;
}

function sendByXhr(
  url: URL,
  headers: Readonly<Record<string, string>>,
  form: FormData,
  onProgress: NonNullable<UploadOptions['onProgress']>,
  signal: AbortSignal | undefined,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    const abort = (): void => xhr.abort();
    const fail = (): void => {
      signal?.removeEventListener('abort', abort);
      reject(networkFailure(new Error('The upload got no answer'), url, signal));
    };
    xhr.open('POST', url);
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = ({ loaded, total }) => onProgress({ loaded, total });
    xhr.onerror = fail;
    xhr.onabort = fail;
    xhr.onload = () => {
      signal?.removeEventListener('abort', abort);
      if (xhr.status >= 200 && xhr.status < 300) resolve(xhr.responseText);
      else reject(failureOf(xhr.status, xhr.responseText));
    };
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) reject(signal.reason as Error);
    else xhr.send(form);
  });
}
