import { z } from 'zod';
import { ERROR_CODES } from './catalogue.js';

/** One thing that is wrong, and where: `pointer` is a JSON pointer (RFC 6901) into what was sent. */
export const issueSchema = z
  .object({
    pointer: z.string().meta({ description: 'JSON pointer to what is wrong', example: '/resolution/0' }),
    message: z.string(),
    code: z
      .string()
      .optional()
      .meta({ description: "The checker's own code, such as a Khronos validator code" }),
    severity: z.enum(['error', 'warning', 'information', 'hint']).optional(),
    file: z.string().optional().meta({ description: 'The uploaded file that the pointer points into' }),
  })
  .meta({ id: 'Issue' });

export type Issue = z.infer<typeof issueSchema>;

/** RFC 9457 problem details with a code from the error catalogue. */
export const problemSchema = z
  .object({
    type: z
      .string()
      .meta({ description: 'Where the code is documented', example: '/docs/errors#scene_not_found' }),
    title: z.string(),
    status: z.int(),
    code: z.enum(ERROR_CODES),
    detail: z.string().optional(),
    instance: z.string().optional().meta({ description: 'The request id' }),
    retryable: z.boolean(),
    issues: z.array(issueSchema).optional(),
  })
  .meta({ id: 'Problem' });

export type Problem = z.infer<typeof problemSchema>;

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';
