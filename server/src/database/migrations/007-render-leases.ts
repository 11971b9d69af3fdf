/** Which server runs a job, and until when the others believe it: several servers share the queue. */
export const renderLeases = {
  id: '007-render-leases',
  sql: /* sql */ `
    ALTER TABLE render_jobs ADD COLUMN server text;
    ALTER TABLE render_jobs ADD COLUMN lease_until timestamptz
  `,
} as const;
