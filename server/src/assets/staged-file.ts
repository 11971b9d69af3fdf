/** A file of an upload, on local disk until its request ends. */
export interface StagedFile {
  /** Relative, with `/`, as the uploader named it. Shown and matched, never used to open anything. */
  readonly path: string;
  /** Where its bytes are. */
  readonly location: string;
  readonly size: number;
  /** Hex. */
  readonly sha256: string;
}

export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** With the slash at the end; empty for a file at the root. */
export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);
