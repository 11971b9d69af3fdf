import { describe, expect, it, vi } from 'vitest';

import { isShareLinkToken, takeToken } from './token.js';

function memory(initial: Record<string, string> = {}): Storage {
  const map = new Map(Object.entries(initial));
  return {
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
  } as Storage;
}

describe('the token of a link', () => {
  it('EDT-10: is kept for the tab and leaves the address bar, which keeps the rest', () => {
    const storage = memory({ 'diorama.token': 'old' });
    const history = { state: null, replaceState: vi.fn() };
    const location = { href: 'http://host/?token=new&scene=scn_1' } as Location;

    expect(takeToken(location, history as unknown as History, storage)).toBe('new');
    expect(String(history.replaceState.mock.calls[0]?.[2])).toBe('http://host/?scene=scn_1');
    expect(takeToken({ href: 'http://host/' } as Location, history as unknown as History, storage)).toBe(
      'new',
    );
  });

  it('EDT-10: is null where there never was one', () => {
    expect(takeToken({ href: 'http://host/' } as Location, {} as History, memory())).toBeNull();
  });

  it('EDT-25: is told to be of a share link or not, whatever it is', () => {
    const token = (header: object) => `${btoa(JSON.stringify(header)).replaceAll('=', '')}.e30.sig`;
    expect(isShareLinkToken(token({ alg: 'HS256', typ: 'diorama-link+jwt' }))).toBe(true);
    for (const other of [token({ alg: 'HS256' }), token([]), 'bnVsbA.x.y', 'nonsense', '%', '', null])
      expect(isShareLinkToken(other)).toBe(false);
  });
});
