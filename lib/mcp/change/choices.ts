import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Plan } from '../../console/operations/plan.ts';
import { ToolUsageError } from '../tool.ts';

/** What was chosen by a first call, until a second one brings its token. */
export interface Choices {
  /** @returns the token, and until when it counts, epoch ms */
  keep(choice: Choice): KeptChoice;
  /**
   * What a token chose. It counts once, for the same call.
   *
   * @throws ToolUsageError that says why it does not
   */
  take(token: string, asked: Pick<Choice, 'tool' | 'given'>, typed: string | undefined): Plan;
}

export interface KeptChoice {
  readonly token: string;
  readonly untilMs: number;
}

interface Choice {
  readonly tool: string;
  /** Without the token. */
  readonly given: object;
  readonly plan: Plan;
}

/** As the console's. */
const CHOICE_MS = 15 * 60_000;
/** One may hold 100,000 names. */
const MAX_CHOICES = 20;

export function makeChoices(now: () => number): Choices {
  const kept = new Map<string, Choice & { readonly untilMs: number }>();
  return {
    keep(choice) {
      const token = randomUUID();
      const untilMs = now() + CHOICE_MS;
      kept.set(token, { ...choice, untilMs });
      for (const old of kept.keys()) if (kept.size > MAX_CHOICES) kept.delete(old);
      return { token, untilMs };
    },
    take(token, { tool, given }, typed) {
      const choice = kept.get(token);
      if (choice === undefined || now() >= choice.untilMs)
        throw new ToolUsageError('this token was used, or is older than 15 minutes: call without it, and choose again');
      if (choice.tool !== tool || !isDeepStrictEqual(choice.given, given))
        throw new ToolUsageError('this token is of another call: give the same arguments as when it was given');
      const { plan } = choice;
      if (plan.typeToConfirm !== undefined && typed !== plan.typeToConfirm)
        throw new ToolUsageError(`nothing was changed: ask the user, then give typed: "${plan.typeToConfirm}"`);
      kept.delete(token);
      return plan;
    },
  };
}
