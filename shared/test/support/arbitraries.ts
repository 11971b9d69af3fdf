import fc from 'fast-check';
import { sceneDocumentSchema, type SceneDocument, type TreeEntry } from '../../src/index.js';

/** Few ids, so that nodes meet: parents, cycles and collisions are the rule. */
export const nodeIds = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
export const nodeId = fc.constantFrom(...nodeIds);
export const order = fc.constantFrom('a0', 'a1', 'a2', 'a1V', 'Zz', '');
const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }).map((n) => n + 0);
export const vec3 = fc.tuple(finite, finite, finite);
export const quat = fc.tuple(finite, finite, finite, finite);
const unit = fc.double({ noNaN: true, min: 0, max: 1 });
const color = fc.tuple(unit, unit, unit);
const optional = <T extends Record<string, fc.Arbitrary<unknown>>>(keys: T) =>
  fc.record(keys, { requiredKeys: [] });

export const pose = optional({
  parent: fc.option(nodeId),
  order,
  translation: vec3,
  rotation: quat,
  scale: vec3,
});

const common = {
  name: fc.string({ maxLength: 20 }),
  pose,
  visible: fc.boolean(),
  tags: fc.array(fc.string({ maxLength: 5 }), { maxLength: 3 }),
  extras: fc.dictionary(
    fc.string({ maxLength: 5 }).filter((key) => key !== '__proto__'),
    fc.jsonValue({ maxDepth: 2 }),
  ),
  /** A key of a version to come. */
  futureKey: fc.jsonValue({ maxDepth: 2 }),
};

const node = fc.oneof(
  optional(common).map((keys) => ({ kind: 'group', ...keys })),
  optional({ ...common, clip: fc.option(fc.string()) }).map((keys) => ({ kind: 'model', ...keys })),
  optional({ ...common, geometry: fc.constantFrom({ type: 'box' }, { type: 'sphere', radius: 2 }) }).map(
    (keys) => ({
      kind: 'primitive',
      ...keys,
    }),
  ),
  optional({ ...common, light: fc.constantFrom({ type: 'point', intensity: 3 }, { type: 'ambient' }) }).map(
    (keys) => ({
      kind: 'light',
      ...keys,
    }),
  ),
  optional({ ...common, camera: fc.constant({ type: 'perspective', yfov: 1 }) }).map((keys) => ({
    kind: 'camera',
    ...keys,
  })),
);

const material = optional({ name: fc.string(), baseColor: color, metallic: unit, newKey: fc.integer() });
const comment = optional({
  author: fc.string(),
  resolved: fc.boolean(),
  messages: fc.array(
    fc.record({
      id: fc.string({ minLength: 1 }),
      author: fc.string(),
      text: fc.string(),
      createdAt: fc.string(),
    }),
    { maxLength: 3 },
  ),
});
const animation = optional({ name: fc.string(), duration: unit });
const settings = optional({
  name: fc.string(),
  exposure: unit,
  toneMapping: fc.constantFrom('aces', 'none'),
  background: fc.constantFrom({ type: 'none' }, { type: 'color', color: [1, 0, 0] }),
  futureSetting: fc.jsonValue({ maxDepth: 1 }),
});

/** Any scene as REST takes it, defaults filled in. JSON has no -0. */
export const sceneDocument: fc.Arbitrary<SceneDocument> = fc
  .record({
    scene: settings,
    nodes: fc.dictionary(nodeId, node),
    materials: fc.dictionary(nodeId, material),
    animations: fc.dictionary(nodeId, animation),
    comments: fc.dictionary(nodeId, comment),
  })
  .map((input) => sceneDocumentSchema.parse(JSON.parse(JSON.stringify(input))));

/** Any parent pointers, with cycles and parents that do not exist. */
export const treeEntries: fc.Arbitrary<Map<string, TreeEntry>> = fc
  .dictionary(nodeId, fc.record({ parent: fc.option(fc.oneof(nodeId, fc.constant('gone'))), order }))
  .map((entries) => new Map(Object.entries(entries)));
