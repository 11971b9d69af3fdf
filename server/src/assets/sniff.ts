import type { FileFormat } from '@diorama/shared';

/** What a file is, told by its first bytes and nothing else. */
export type Sniffed =
  | { readonly is: 'model'; readonly format: 'glb' | 'gltf' }
  | { readonly is: 'image'; readonly format: 'png' | 'jpeg' | 'webp' }
  | { readonly is: 'environment'; readonly format: 'hdr' | 'exr' }
  | { readonly is: 'archive' }
  | { readonly is: 'empty' }
  /** `looksLike` completes "It looks like …". */
  | { readonly is: 'unknown'; readonly looksLike: string };

/** More than any signature needs; enough of a text to recognise one. */
export const SNIFF_BYTES = 4096;

const ascii = (text: string): number[] => [...text].map((c) => c.charCodeAt(0));

interface Signature {
  readonly bytes: readonly number[];
  readonly at?: number;
  readonly sniffed: Sniffed;
}

const unknown = (looksLike: string): Sniffed => ({ is: 'unknown', looksLike });

const SIGNATURES: readonly Signature[] = [
  { bytes: ascii('glTF'), sniffed: { is: 'model', format: 'glb' } },
  { bytes: [0x89, ...ascii('PNG\r\n\x1a\n')], sniffed: { is: 'image', format: 'png' } },
  { bytes: [0xff, 0xd8, 0xff], sniffed: { is: 'image', format: 'jpeg' } },
  { bytes: ascii('WEBP'), at: 8, sniffed: { is: 'image', format: 'webp' } },
  { bytes: ascii('#?RADIANCE'), sniffed: { is: 'environment', format: 'hdr' } },
  { bytes: ascii('#?RGBE'), sniffed: { is: 'environment', format: 'hdr' } },
  { bytes: [0x76, 0x2f, 0x31, 0x01], sniffed: { is: 'environment', format: 'exr' } },
  { bytes: ascii('PK\x03\x04'), sniffed: { is: 'archive' } },
  { bytes: ascii('PK\x05\x06'), sniffed: { is: 'archive' } },
  { bytes: ascii('Kaydara FBX Binary'), sniffed: unknown('a binary FBX model') },
  { bytes: ascii('ply\n'), sniffed: unknown('a PLY model') },
  { bytes: ascii('ply\r'), sniffed: unknown('a PLY model') },
  { bytes: ascii('BLENDER'), sniffed: unknown('a Blender file') },
  { bytes: [0xab, ...ascii('KTX ')], sniffed: unknown('a KTX texture') },
  { bytes: ascii('GIF8'), sniffed: unknown('a GIF image') },
  { bytes: ascii('BM'), sniffed: unknown('a BMP image') },
  { bytes: ascii('II*\0'), sniffed: unknown('a TIFF image') },
  { bytes: ascii('MM\0*'), sniffed: unknown('a TIFF image') },
  { bytes: ascii('ftypavif'), at: 4, sniffed: unknown('an AVIF image') },
  { bytes: ascii('ftyp'), at: 4, sniffed: unknown('a video') },
  { bytes: ascii('%PDF'), sniffed: unknown('a PDF document') },
  { bytes: [0x1f, 0x8b], sniffed: unknown('gzip-compressed data') },
  { bytes: ascii('7z\xbc\xaf'), sniffed: unknown('a 7z archive') },
  { bytes: ascii('Rar!'), sniffed: unknown('a RAR archive') },
  { bytes: [0x7f, ...ascii('ELF')], sniffed: unknown('a program') },
];

const startsWith = (head: Uint8Array, { bytes, at = 0 }: Signature): boolean =>
  head.length >= at + bytes.length && bytes.every((byte, i) => head[at + i] === byte);

// eslint-disable-next-line no-control-regex -- control characters tell binary from text
const BINARY = /[\u0000-\u0008\u000e-\u001f\ufffd]/;

function sniffText(head: Uint8Array): Sniffed {
  // A character cut in half at the end of the head is not a sign of binary data.
  const text = new TextDecoder('utf-8').decode(head, { stream: true });
  if (BINARY.test(text)) return unknown('binary data of an unknown kind');
  const start = text.trimStart();
  if (start.startsWith('{')) return { is: 'model', format: 'gltf' };
  if (/^<(!doctype|html)/i.test(start)) return unknown('an HTML page');
  if (start.startsWith('<')) return unknown('an XML document');
  if (/^solid\b/.test(start)) return unknown('an STL model');
  if (/^(mtllib|o|v|g) /m.test(start)) return unknown('an OBJ model');
  return unknown('text');
}

/** Tells what a file is by its head, at most `SNIFF_BYTES` of it. JSON is taken for glTF until it is read. */
export function sniff(head: Uint8Array): Sniffed {
  if (head.length === 0) return { is: 'empty' };
  const found = SIGNATURES.find((signature) => startsWith(head, signature));
  return found?.sniffed ?? sniffText(head);
}

const CONTENT_TYPES: Readonly<Record<FileFormat, string>> = {
  glb: 'model/gltf-binary',
  gltf: 'model/gltf+json',
  png: 'image/png',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  hdr: 'image/vnd.radiance',
  exr: 'image/x-exr',
};

export const contentTypeOf = (format: FileFormat): string => CONTENT_TYPES[format];
