import { changingTools } from './change/tools.ts';
import { JOB_LOOKS } from './look/jobs.ts';
import { MORE_LOOKS } from './look/more.ts';
import { STAGE_LOOKS } from './look/stage.ts';
import type { McpOptions, Tool } from './tool.ts';

/** The tools that a server offers: those that look, and with `allowChanges` those that change something. */
export const toolsFor = (options: McpOptions): readonly Tool[] => [
  ...[...STAGE_LOOKS, ...JOB_LOOKS, ...MORE_LOOKS],
  ...(options.allowChanges === true ? changingTools(options) : []),
];
