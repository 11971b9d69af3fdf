import { answerTasks } from '../processes/answer-tasks.js';
import { VERSION_TASKS, type VersionTaskName } from './version-tasks.js';

// The entry of the thread that decodes versions: a large one takes hundreds of milliseconds that editors must not feel.

export interface VersionTask {
  readonly name: VersionTaskName;
  readonly input: unknown;
}

answerTasks(({ name, input }: VersionTask) => (VERSION_TASKS[name] as (input: unknown) => unknown)(input));
