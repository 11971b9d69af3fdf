/** Which servers have workers that can render, and until when the others believe it. */
export const renderServers = {
  id: '009-render-servers',
  sql: /* sql */ `
    CREATE TABLE render_servers (server text PRIMARY KEY, until timestamptz NOT NULL)
  `,
} as const;
