import { newRenderJobId, renderOutputKey, type SceneId } from '@diorama/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccessChanges } from '../../server/src/access/access-changes.js';
import { Members } from '../../server/src/access/members.js';
import type { Principal } from '../../server/src/access/principal.js';
import { SceneAccess } from '../../server/src/access/scene-access.js';
import { RenderJobStore } from '../../server/src/render-jobs/render-job-store.js';
import { SceneStore } from '../../server/src/scenes/scene-store.js';
import { startMigratedPglite, type TestPglite } from '../support/pglite.js';

const TENANT = 'acme';
const person = (subject: string): Principal => ({ subject, tenant: TENANT, name: subject, role: 'owner' });
const PAGE = { limit: 50, after: null };

describe('render jobs and who sees them', () => {
  let pglite: TestPglite;
  let scenes: SceneStore;
  let jobs: RenderJobStore;
  let members: Members;

  beforeAll(async () => {
    pglite = await startMigratedPglite();
    const { database } = pglite;
    scenes = new SceneStore({ database });
    jobs = new RenderJobStore({ database });
    members = new Members({ database, access: new SceneAccess({ scenes }), changes: new AccessChanges() });
  });
  afterAll(() => pglite.stop());

  async function jobOf(sceneId: string, createdBy: string): Promise<string> {
    const jobId = newRenderJobId();
    const spec = {
      camera_config: { mode: 'auto' as const },
      output_format: 'png' as const,
      resolution: [64, 64] as [number, number],
      transparent_background: false,
    };
    const output_key = renderOutputKey(TENANT, jobId, 'png');
    const task = { ...spec, job_id: jobId, snapshot_key: 'x', assets: {}, output_key };
    await jobs.add({ jobId, tenant: TENANT, sceneId: sceneId as SceneId, spec, task, createdBy });
    return jobId;
  }

  async function whoSees(jobId: string, sceneId: string, people: readonly Principal[]): Promise<string[]> {
    const seen: string[] = [];
    for (const principal of people) {
      const found = (await jobs.find(principal, jobId)) !== undefined;
      const listed = (await jobs.list(principal, PAGE, sceneId)).some(({ record }) => record.jobId === jobId);
      expect(listed).toBe(found);
      if (found) seen.push(principal.subject);
    }
    return seen;
  }

  it('ACC-11: jobs are for those who see the scene, and those of a scene that is gone for who asked', async () => {
    const { sceneId } = await scenes.create(TENANT, 'ada', '');
    const { sceneId: other } = await scenes.create(TENANT, 'ada', '');
    const jobId = await jobOf(sceneId, 'bob');
    const [ada, bob, eve] = [person('ada'), person('bob'), person('eve')];
    const guest = { ...person('link:a'), guest: { linkId: 'a', sceneId } };
    const stranger = { ...person('link:b'), guest: { linkId: 'b', sceneId: other } };
    const foreigner = { ...person('bob'), tenant: 'evil' };
    const all = [ada, bob, eve, guest, stranger, foreigner];
    expect(await whoSees(jobId, sceneId, all)).toEqual(['ada', 'bob', 'eve', 'link:a']);
    await members.put(ada, sceneId, 'bob', { role: 'viewer' });
    expect(await whoSees(jobId, sceneId, all)).toEqual(['ada', 'bob', 'link:a']);
    await members.remove(ada, sceneId, 'bob');
    expect(await whoSees(jobId, sceneId, all)).toEqual(['ada', 'link:a']);
    await scenes.delete(TENANT, sceneId);
    expect(await whoSees(jobId, sceneId, all)).toEqual(['bob']);
  });
});
