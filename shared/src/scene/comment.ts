import { z } from 'zod';
import { nodeIdSchema } from '../ids.js';
import { vec3Schema } from './primitives.js';

/** Most messages of one thread. */
export const COMMENT_MESSAGES_MAX = 1000;

export const commentMessageSchema = z.object({
  id: z.string().min(1).max(128),
  author: z.string().max(256),
  text: z.string().max(16_384),
  createdAt: z.string().max(64).meta({ description: 'RFC 3339' }),
});

/** A thread anchored to a point of a node (in the node's local space) or, without a node, of the scene. */
export const commentThreadSchema = z
  .looseObject({
    anchor: z
      .object({ node: nodeIdSchema.nullable(), point: vec3Schema })
      .prefault({ node: null, point: [0, 0, 0] }),
    author: z.string().max(256).default(''),
    messages: z.array(commentMessageSchema).max(COMMENT_MESSAGES_MAX).default([]),
    resolved: z.boolean().default(false),
  })
  .meta({ id: 'CommentThread' });

export type CommentMessage = z.infer<typeof commentMessageSchema>;
export type CommentThread = z.infer<typeof commentThreadSchema>;
