import type { MessageAttributes } from '../../../lib/contract/message-attributes.ts';
import type { OlderVersion } from '../../../lib/testing/simulation/model.ts';

/** Attributes that the version before writes; all others of a message are lost when it sends the message on. */
const WRITTEN = ['jobId', 'run', 'due', 'jobType', 'reason', 'attempts', 'failedAt', 'errorName', 'errorMessage'];

/**
 * The version before `sluice`, as far as others can tell: it takes a job's id from the body, else from `jobId`, and reads
 * `run` and `due`. What it takes is said in the words of this version, which then does as that one did.
 */
export const OLDER: OlderVersion = {
  received({ body, messageId, attributes }) {
    const { jobId, run, due } = attributes;
    if (jobId === undefined && run === undefined && due === undefined) return {};
    const { id = jobId?.value ?? messageId, key = id } = JSON.parse(body) as { id?: string; key?: string };
    const fields = { id, key, ...(run && { run: Number(run.value) }), ...(due && { due: Number(due.value) }) };
    return { sluice: { type: 'String', value: JSON.stringify(fields) } };
  },
  sent: (attributes): MessageAttributes =>
    Object.fromEntries(Object.entries(attributes).filter(([name]) => WRITTEN.includes(name))),
};
