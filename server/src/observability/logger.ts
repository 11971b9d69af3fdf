import { pino, type Logger } from 'pino';

export type { Logger } from 'pino';

/** JSON lines on stderr, so that stdout stays for people. Tokens are never logged. */
export const createLogger = (level: string): Logger =>
  pino(
    {
      level,
      base: null,
      redact: ['token', 'authorization', '*.token', '*.authorization'],
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    pino.destination({ dest: 2, sync: false }),
  );
