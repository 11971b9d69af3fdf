import { uploadResultSchema, problemSchema, type Problem, type UploadResult } from '@diorama/shared';

export interface Part {
  readonly name: string;
  readonly data: Uint8Array | string;
  readonly type?: string;
}

export interface UploadAnswer {
  readonly status: number;
  /** Checked against the contract; absent when the upload was refused. */
  readonly result: UploadResult | undefined;
  readonly problem: Problem | undefined;
}

/** Uploads as a browser would, file names with folders included. */
export async function upload(
  server: { url: string; token: string },
  parts: readonly Part[],
  token = server.token,
): Promise<UploadAnswer> {
  const form = new FormData();
  for (const { name, data, type } of parts)
    form.append('files', new Blob([data as BlobPart], type === undefined ? {} : { type }), name);
  const response = await fetch(`${server.url}/v1/assets/upload`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}` },
    body: form,
  });
  const body: unknown = await response.json();
  return {
    status: response.status,
    result: response.ok ? uploadResultSchema.parse(body) : undefined,
    problem: response.ok ? undefined : problemSchema.parse(body),
  };
}

/** Uploads what must be taken in, whole. */
export async function uploadGood(
  server: { url: string; token: string },
  parts: readonly Part[],
  token?: string,
) {
  const { status, result, problem } = await upload(server, parts, token);
  if (status !== 201 || result === undefined) throw new Error(JSON.stringify(problem ?? result?.problems));
  return result.assets;
}
