import type { JobItem } from '../contract/protocol/job-item.ts';
import type { Message } from '../contract/protocol/message.ts';

/** A begun job: what this attempt holds. `item` moves on with each checkpoint. */
export interface Claim {
  item: JobItem;
  readonly message: Message;
}
