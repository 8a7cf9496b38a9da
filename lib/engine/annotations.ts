import type { Claim } from './claim.ts';
import type { Engine } from './engine.ts';
import { messageFields } from './logs.ts';
import type { Annotations } from './traced.ts';

/** What an attempt's trace is found by. */
export function annotationsOf({ item, message }: Claim, engine: Pick<Engine, 'definition'>): Annotations {
  const senderTrace = /(?:^|;)Root=([^;]+)/.exec(message.trace ?? '')?.[1];
  return {
    ...messageFields(message, engine),
    attempt: item.attempts,
    run: item.runNo,
    ...(senderTrace !== undefined && { senderTrace }),
  };
}
