import { z } from 'zod';
import { nodeIdSchema } from '../ids.js';
import { quatSchema, vec3Schema } from '../scene/primitives.js';

/** Largest awareness state of one client, as UTF-8 JSON. Larger ones close the connection. */
export const PRESENCE_MAX_BYTES = 64 * 1024;

const livePoseSchema = z.object({ translation: vec3Schema, rotation: quatSchema, scale: vec3Schema });

/**
 * The awareness state of one client. Every key is optional: foreign clients write what they like.
 *
 * `live` holds the poses of nodes in the middle of a gesture; the document gets one write when it ends.
 */
export const presenceSchema = z.looseObject({
  user: z.looseObject({ name: z.string().max(256), color: z.string().max(32) }).optional(),
  /** The camera of the client's view. */
  view: z.object({ position: vec3Schema, target: vec3Schema }).optional(),
  /** Where the pointer meets the scene, in world space; null when it is over nothing. */
  cursor: vec3Schema.nullable().optional(),
  selection: z.array(nodeIdSchema).max(1000).optional(),
  live: z.record(nodeIdSchema, livePoseSchema).optional(),
});

export type Presence = z.infer<typeof presenceSchema>;
export type LivePose = z.infer<typeof livePoseSchema>;
