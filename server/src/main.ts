import { ConfigError, loggableConfig, readConfig } from './config.js';
import { startServer } from './composition/start-server.js';
import { reasonOf } from './database/unavailable.js';
import { createLogger } from './observability/logger.js';
import { Shutdown } from './processes/shutdown.js';
import { onStopSignals } from './processes/stop-signals.js';
import { tell } from './processes/tell.js';

/** 128 and SIGINT's number, as shells have it. */
const EXIT_INTERRUPTED = 130;

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const logger = createLogger(config.LOG_LEVEL);
  const shutdown = new Shutdown({ logger });
  const stop = async (reason: string): Promise<void> => {
    logger.info({ reason }, 'stopping');
    process.exit((await shutdown.run()) ? 0 : 1);
  };
  onStopSignals({
    signals: process,
    now: () => performance.now(),
    stop: (reason) => void stop(reason),
    endAtOnce() {
      logger.warn('ending at once: what is not stored yet is not');
      process.exit(EXIT_INTERRUPTED);
    },
  });
  // Whoever started us over IPC has died without a signal: nobody is left to stop us later.
  if (process.send !== undefined) process.once('disconnect', () => void stop('parent gone'));
  // Who died while these modules were loading is not told by an event.
  if (process.connected === false) void stop('parent gone');
  logger.info({ config: loggableConfig(config), node: process.version, pid: process.pid }, 'starting');
  try {
    await startServer(config, logger, shutdown);
  } catch (error) {
    logger.fatal({ err: error }, 'could not start');
    tell(`Diorama could not start: ${reasonOf(error)}`);
    await shutdown.run();
    process.exit(1);
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  tell(error.message);
  process.exitCode = 1;
}
