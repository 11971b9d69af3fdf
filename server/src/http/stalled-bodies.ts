import { DioramaError } from '@diorama/shared';
import type { RequestHandler } from 'express';
import type { IncomingMessage } from 'node:http';
import { sendProblem } from './problems.js';

/** How often in the idle time is looked: a stall is ended a quarter late at the most. */
const LOOKS = 4;

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/**
 * Ends requests of whose body nothing comes for `idleMs`, with `request_stalled` where they have not been answered yet.
 *
 * What has come and is not read yet is the server's own delay, and not held against anybody.
 */
export const stalledBodies =
  (idleMs: number): RequestHandler =>
  (req, res, next) => {
    if (hasBody(req)) {
      const { socket } = req;
      let seen = socket.bytesRead;
      let idleLooks = 0;
      const look = (): void => {
        // What comes behind the answer nobody wants: it has the same time, however it comes.
        const isIdle = res.writableFinished || (socket.bytesRead === seen && req.readableLength === 0);
        seen = socket.bytesRead;
        idleLooks = isIdle ? idleLooks + 1 : 0;
        if (req.complete) end();
        if (req.complete || idleLooks < LOOKS) return;
        end();
        const seconds = Math.round(idleMs / 1000);
        const error = new DioramaError('request_stalled', `Nothing of the body came for ${seconds} s`);
        // Whoever reads the body learns that no more comes; the connection goes with it.
        if (res.headersSent) {
          req.destroy(error);
          return;
        }
        res.setHeader('Connection', 'close');
        res.once('finish', () => req.destroy(error));
        sendProblem(res, error);
      };
      const timer = setInterval(look, idleMs / LOOKS);
      const end = (): void => clearInterval(timer);
      req.once('end', end).once('close', end);
    }
    next();
  };
