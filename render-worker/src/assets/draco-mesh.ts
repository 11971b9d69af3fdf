/** The parts of Draco's decoder module that are called. Everything made by it is freed by `destroy`. */
export interface DracoModule {
  readonly TRIANGULAR_MESH: number;
  readonly HEAPU8: Uint8Array;
  readonly DT_FLOAT32: number;
  readonly DT_INT8: number;
  readonly DT_INT16: number;
  readonly DT_INT32: number;
  readonly DT_UINT8: number;
  readonly DT_UINT16: number;
  readonly DT_UINT32: number;
  readonly Decoder: new () => DracoDecoderObject;
  readonly DecoderBuffer: new () => { Init(bytes: Int8Array, length: number): void };
  readonly Mesh: new () => DracoMeshObject;
  destroy(object: object): void;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
}

interface DracoMeshObject {
  num_faces(): number;
  num_points(): number;
}
interface DracoAttribute {
  num_components(): number;
}
interface DracoDecoderObject {
  GetEncodedGeometryType(buffer: object): number;
  DecodeBufferToMesh(buffer: object, mesh: DracoMeshObject): { ok(): boolean; error_msg(): string };
  GetAttributeByUniqueId(mesh: DracoMeshObject, id: number): DracoAttribute;
  GetTrianglesUInt32Array(mesh: DracoMeshObject, bytes: number, pointer: number): boolean;
  GetAttributeDataArrayForAllPoints(
    mesh: DracoMeshObject,
    attribute: DracoAttribute,
    type: number,
    bytes: number,
    pointer: number,
  ): boolean;
}

const ARRAYS = {
  Float32Array: [Float32Array, 'DT_FLOAT32'],
  Int8Array: [Int8Array, 'DT_INT8'],
  Int16Array: [Int16Array, 'DT_INT16'],
  Int32Array: [Int32Array, 'DT_INT32'],
  Uint8Array: [Uint8Array, 'DT_UINT8'],
  Uint16Array: [Uint16Array, 'DT_UINT16'],
  Uint32Array: [Uint32Array, 'DT_UINT32'],
} as const;

export type NumberArrayName = keyof typeof ARRAYS;
export type NumberArray = InstanceType<(typeof ARRAYS)[NumberArrayName][0]>;

export interface DecodedMesh {
  readonly index: Uint32Array;
  readonly attributes: readonly { name: string; array: NumberArray; itemSize: number }[];
}

/** Runs `read` on memory of the module, and copies what it wrote there. Throws when it reports a failure. */
function copyOut(draco: DracoModule, bytes: number, read: (pointer: number) => boolean): ArrayBuffer {
  const pointer = draco._malloc(bytes);
  try {
    if (!read(pointer)) throw new Error('the Draco data cannot be read');
    // The heap may have grown meanwhile: ask for it only now.
    return new Uint8Array(draco.HEAPU8.subarray(pointer, pointer + bytes)).buffer;
  } finally {
    draco._free(pointer);
  }
}

/** Decodes one compressed primitive. `ids` are Draco's unique attribute ids by three.js name. Throws Error. */
export function decodeMesh(
  draco: DracoModule,
  bytes: Int8Array,
  ids: Readonly<Record<string, number>>,
  types: Readonly<Record<string, NumberArrayName>>,
): DecodedMesh {
  const buffer = new draco.DecoderBuffer();
  const decoder = new draco.Decoder();
  const mesh = new draco.Mesh();
  try {
    buffer.Init(bytes, bytes.length);
    if (decoder.GetEncodedGeometryType(buffer) !== draco.TRIANGULAR_MESH)
      throw new Error('the Draco data is not a triangle mesh');
    const status = decoder.DecodeBufferToMesh(buffer, mesh);
    if (!status.ok()) throw new Error(`the Draco data cannot be decoded: ${status.error_msg()}`);
    const indexBytes = mesh.num_faces() * 3 * 4;
    const index = new Uint32Array(
      copyOut(draco, indexBytes, (at) => decoder.GetTrianglesUInt32Array(mesh, indexBytes, at)),
    );
    const attributes = Object.entries(ids).map(([name, id]) => {
      const [ArrayType, dracoType] = ARRAYS[types[name] ?? 'Float32Array'];
      const attribute = decoder.GetAttributeByUniqueId(mesh, id);
      const itemSize = attribute.num_components();
      const size = mesh.num_points() * itemSize * ArrayType.BYTES_PER_ELEMENT;
      const data = copyOut(draco, size, (at) =>
        decoder.GetAttributeDataArrayForAllPoints(mesh, attribute, draco[dracoType], size, at),
      );
      return { name, array: new ArrayType(data), itemSize };
    });
    return { index, attributes };
  } finally {
    for (const each of [mesh, decoder, buffer]) draco.destroy(each);
  }
}
