import type { UploadFile } from '@diorama/client-sdk';

/**
 * The files of a drop, folders included, each with its path: a glTF finds its buffers and textures by it.
 *
 * Must be called during the drop event; the browser empties `DataTransfer` when the handler returns.
 */
export function droppedFiles(transfer: DataTransfer): Promise<UploadFile[]> {
  const entries = [...transfer.items].flatMap((item): (FileSystemEntry | File)[] => {
    if (item.kind !== 'file') return [];
    // Scripts make drops without entries, such as the tests of this editor.
    const found = item.webkitGetAsEntry() ?? item.getAsFile();
    return found === null ? [] : [found];
  });
  return Promise.all(
    entries.map((entry) => (entry instanceof File ? Promise.resolve([entry]) : filesOf(entry, ''))),
  ).then((lists) => lists.flat());
}

async function filesOf(entry: FileSystemEntry, folder: string): Promise<UploadFile[]> {
  const path = `${folder}${entry.name}`;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    return [folder === '' ? file : { name: path, data: file }];
  }
  const lists = await Promise.all(
    (await entriesOf(entry as FileSystemDirectoryEntry)).map((child) => filesOf(child, `${path}/`)),
  );
  return lists.flat();
}

/** Browsers give a directory's entries in parts, until an empty one. */
async function entriesOf(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (part.length === 0) return all;
    all.push(...part);
  }
}
