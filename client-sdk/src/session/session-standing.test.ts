import { DioramaError } from '@diorama/shared';
import { beforeEach, describe, expect, it } from 'vitest';
import { SessionStanding } from './session-standing.js';

describe('how a session stands', () => {
  let connected: boolean;
  let stored: boolean;
  let told: (string | boolean)[];
  let standing: SessionStanding;

  beforeEach(() => {
    connected = false;
    stored = false;
    told = [];
    standing = new SessionStanding({
      isConnected: () => connected,
      isStored: () => stored,
      onStatus: (status) => told.push(status),
      onSaved: (saved) => told.push(saved),
    });
  });

  const goOnline = (): void => {
    connected = true;
    stored = true;
    standing.synced();
  };

  it('SDK-4: is connecting until the first sync, then what the server has acknowledged', () => {
    expect(standing.status).toBe('connecting');
    connected = true;
    expect(standing.status).toBe('connecting');
    standing.synced();
    expect(standing).toMatchObject({ status: 'saving', saved: false });
    stored = true;
    expect(standing).toMatchObject({ status: 'saved', saved: true });
  });

  it('SDK-5: is offline once a connection was lost, with the reason, and saving while it catches up', () => {
    const lost = new DioramaError('unreachable');
    standing.down(lost);
    expect(standing).toMatchObject({ status: 'offline', error: lost });
    connected = true;
    standing.synced();
    expect(standing).toMatchObject({ status: 'saving', error: undefined });
  });

  it('SDK-7: never saves again once it has ended', () => {
    goOnline();
    standing.end(undefined);
    expect(standing).toMatchObject({ status: 'offline', saved: false, ended: true });
  });

  it('tells what has changed, once', () => {
    goOnline();
    standing.report();
    standing.report();
    expect(told).toEqual(['saved', true]);
    stored = false;
    standing.report();
    expect(told.slice(2)).toEqual(['saving', false]);
  });
});
