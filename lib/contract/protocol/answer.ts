/** Who waits for the end of a chain: a task of Step Functions, by its token, or a durable function's callback, by its id. */
export type Answer = { readonly taskToken: string } | { readonly durableCallbackId: string };

export const ANSWERS = ['taskToken', 'durableCallbackId'] as const;

const isAnswer = (step: unknown): step is Answer => ANSWERS.some((name) => Object.hasOwn(step ?? {}, name));

/** Who waits for the end of a chain whose steps are these. */
export function answerIn(then: readonly object[] | undefined): Answer | undefined {
  const last = then?.at(-1);
  return isAnswer(last) ? last : undefined;
}

/** The job that follows, if one does. */
export const nextIn = <Step extends object>([next]: readonly Step[] = []): Step | undefined =>
  isAnswer(next) ? undefined : next;
