import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Inspector } from './servers/inspector.js';

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const INTERVAL_US = 500;

/** A CPU profile of a server's main thread, taken while the load is measured. */
export class ServerProfile {
  readonly #inspector: Inspector;
  readonly #path: string;

  private constructor(inspector: Inspector, path: string) {
    this.#inspector = inspector;
    this.#path = path;
  }

  static async start(inspectorUrl: string, directory: string, name: string): Promise<ServerProfile> {
    const inspector = await Inspector.connect(inspectorUrl);
    await inspector.call('Profiler.enable');
    await inspector.call('Profiler.setSamplingInterval', { interval: INTERVAL_US });
    await inspector.call('Profiler.start');
    return new ServerProfile(inspector, join(directory, `${name}.cpuprofile`));
  }

  /** Writes the profile, which Chrome's DevTools open, and returns what took the most time by itself. */
  async stop(): Promise<string[]> {
    const { profile } = (await this.#inspector.call('Profiler.stop')) as { profile: Profile };
    this.#inspector.close();
    writeFileSync(this.#path, JSON.stringify(profile));
    return [...topOf(profile, 25), this.#path];
  }
}

function topOf(profile: Profile, count: number): string[] {
  const names = new Map(
    profile.nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const file = url.split('/').slice(-3).join('/');
      return [id, `${functionName || '(anonymous)'} ${file}${file === '' ? '' : `:${lineNumber + 1}`}`];
    }),
  );
  const self = new Map<string, number>();
  let total = 0;
  profile.samples.forEach((id, at) => {
    const name = names.get(id) ?? '?';
    // A longer gap is time that other processes had; whatever ran before it did not take it.
    const took = Math.min(profile.timeDeltas[at] ?? 0, 2 * INTERVAL_US);
    total += took;
    self.set(name, (self.get(name) ?? 0) + took);
  });
  const idle = self.get('(idle) ') ?? 0;
  return [...self]
    .filter(([name]) => name !== '(idle) ')
    .sort((a, b) => b[1] - a[1])
    .slice(0, count)
    .map(([name, took]) => `${((took / (total - idle)) * 100).toFixed(1).padStart(5)} % of busy  ${name}`);
}
