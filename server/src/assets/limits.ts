const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** What one uploaded file may claim. Claims are checked before anything is allocated or decoded for them. */
export const ASSET_LIMITS = Object.freeze({
  /** The JSON of a glTF. Larger scenes exist only as mistakes: geometry belongs into buffers. */
  jsonBytes: 64 * MIB,
  jsonDepth: 64,
  nodes: 250_000,
  nodeDepth: 1_000,
  /** What all accessors together ask for once decoded; Draco and meshopt make it much more than the file. */
  accessorBytes: GIB,
  /** Vertices drawn through all nodes and instances. */
  drawnVertices: 100_000_000,
  /** The largest texture that GPUs take. */
  imageSide: 16_384,
  imagePixels: 2 ** 27,
  /** Of all images in one model together. */
  modelPixels: 2 ** 29,
  archiveEntries: 10_000,
  archiveBytes: 2 * GIB,
  /** Deflate reaches 1,032; meshes and pictures stay below 20. Small entries may do what they like. */
  archiveRatio: 200,
  archiveRatioFromBytes: MIB,
  archivePathDepth: 16,
  /** Issues that a report keeps. */
  issues: 500,
});

export type AssetLimits = typeof ASSET_LIMITS;
