/** A file to upload. A browser's `File` keeps its `webkitRelativePath`, so that a dropped folder stays a folder. */
export type UploadFile =
  Blob | File | { readonly name: string; readonly data: Uint8Array<ArrayBuffer> | Blob };

/** Bytes. */
export interface UploadProgress {
  /** Sent so far. */
  readonly loaded: number;
  /** In all, with what the form adds in browsers. */
  readonly total: number;
}

const isBlob = (file: UploadFile): file is Blob => file instanceof Blob;

function partOf(file: UploadFile, index: number): { name: string; blob: Blob } {
  if (!isBlob(file)) {
    const { name, data } = file;
    return { name, blob: data instanceof Blob ? data : new Blob([data]) };
  }
  const { name, webkitRelativePath } = file as Partial<File>;
  return { name: webkitRelativePath || name || `file-${index + 1}`, blob: file };
}

/** The multipart form of an upload: one part named `file` for each, with its relative path as file name. */
export function formOf(files: Iterable<UploadFile>): FormData {
  const form = new FormData();
  let index = 0;
  for (const file of files) {
    const { name, blob } = partOf(file, index++);
    form.append('file', blob, name);
  }
  return form;
}
