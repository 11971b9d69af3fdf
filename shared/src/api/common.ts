import { z } from 'zod';

export const PAGE_LIMIT_DEFAULT = 50;
export const PAGE_LIMIT_MAX = 200;

export const timestampSchema = z.iso.datetime().meta({ description: 'RFC 3339, UTC' });

/** Query strings carry text: a page size is digits. */
export const pageQuerySchema = z.strictObject({
  cursor: z.string().max(512).optional().meta({ description: '`next_cursor` of the page before' }),
  limit: z
    .string()
    .regex(/^\d{1,4}$/, 'is not a whole number')
    .transform(Number)
    .refine((n) => n >= 1 && n <= PAGE_LIMIT_MAX, `is not between 1 and ${PAGE_LIMIT_MAX}`)
    .optional()
    .meta({ description: `Items a page, 1 to ${PAGE_LIMIT_MAX}, ${PAGE_LIMIT_DEFAULT} by default` }),
});

export const pageOf = <T extends z.ZodType>(item: T, id: string) =>
  z
    .object({
      items: z.array(item),
      next_cursor: z.string().nullable().meta({ description: 'null on the last page' }),
    })
    .meta({ id });
