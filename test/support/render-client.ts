import type { CreateRenderJob, Problem, RenderJob, RenderStatus } from '@diorama/shared';
import { expect } from 'vitest';
import type { Call, Http } from './http.js';

const WAIT = { timeout: 60_000, interval: 25 };

export type RenderRequest = Partial<CreateRenderJob>;

/** A queued job; throws the problem if it is refused. */
export async function createRender(http: Http, body: RenderRequest, call: Call = {}): Promise<RenderJob> {
  const answer = await http.post<RenderJob | Problem>('/v1/renderjobs', body, call);
  if (answer.status !== 202) throw new Error(JSON.stringify(answer.body));
  return answer.body as RenderJob;
}

export const readRender = async (http: Http, jobId: string, call: Call = {}): Promise<RenderJob> =>
  (await http.get<RenderJob>(`/v1/renderjobs/${jobId}`, call)).body;

/** Polls until the job has the status. */
export async function renderUntil(
  http: Http,
  jobId: string,
  status: RenderStatus,
  call: Call = {},
): Promise<RenderJob> {
  let job: RenderJob | undefined;
  await expect
    .poll(async () => {
      job = await readRender(http, jobId, call);
      // A job that failed against expectation should say why.
      return job.status === status ? status : (job.error?.detail ?? job.status);
    }, WAIT)
    .toBe(status);
  return job as RenderJob;
}

/** Renders and waits for the picture. */
export async function render(http: Http, body: RenderRequest, call: Call = {}): Promise<RenderJob> {
  return renderUntil(http, (await createRender(http, body, call)).job_id, 'succeeded', call);
}

/** The process of a job's worker. */
export const workerPid = ({ worker }: RenderJob): number => {
  const pid = Number(worker?.split(':')[1]);
  if (!Number.isInteger(pid)) throw new Error(`the job has no worker: ${worker}`);
  return pid;
};
