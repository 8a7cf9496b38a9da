import * as z from 'zod';
import type { ChoiceRequest } from '../../console/api.ts';
import type { Plan } from '../../console/operations/plan.ts';
import { type Call, type Given, type Input, type Tool, ToolUsageError } from '../tool.ts';
import { carriedOut, planned } from './carry-out.ts';
import type { Choices, KeptChoice } from './choices.ts';

/** What the second call of a tool brings. */
const CONFIRM = {
  token: z.uuid().optional().describe('Of the first call’s answer. Without it nothing is changed.'),
  typed: z.string().max(64).optional().describe('The name that the first answer asks for, where it does.'),
};

const TWO_STEPS =
  ' Called without a token it changes nothing: it answers what it would change, three examples, and a token for 15 minutes. ' +
  'Show that to the user. Once they agree, call it again with the same arguments and the token: exactly those are changed.';

/** A tool that changes something, of which the first call only chooses. */
interface Change<I extends Input> extends Omit<Tool<I>, 'run' | 'changes'> {
  readonly changes: NonNullable<Tool['changes']>;
  /** What the console would be asked for. */
  request(given: Given<I>, call: Call): ChoiceRequest | Promise<ChoiceRequest>;
}

/** What all changing tools of a server share. */
export interface Shared {
  readonly choices: Choices;
  /** Types whose dead letters are worked through now. */
  readonly busy: Set<string>;
}

export const twoStep =
  <I extends Input>({ request, ...rest }: Change<I>) =>
  (shared: Shared): Tool => ({
    ...rest,
    description: `${rest.description}${TWO_STEPS}`,
    input: { ...rest.input, ...CONFIRM },
    async run(all, call) {
      const { token, typed, ...given } = all as Readonly<Record<string, unknown>> & Confirmed;
      const asked = { tool: rest.name, given };
      if (token !== undefined) return once(shared, call, shared.choices.take(token, asked, typed));
      const plan = await planned(call, await request(given as Given<I>, call));
      return chosen(plan, plan.count === 0 ? undefined : shared.choices.keep({ ...asked, plan }));
    },
  });

interface Confirmed {
  readonly token?: string;
  readonly typed?: string;
}

/** One at a time works through the dead letters of a type: two hide messages from each other. */
async function once({ busy }: Shared, call: Call, plan: Plan): Promise<object> {
  const both = plan.deadLettersOf.find((type) => busy.has(type));
  if (both !== undefined)
    throw new ToolUsageError(`another call works through the dead letters of ${both}: once it has ended, choose again`);
  for (const type of plan.deadLettersOf) busy.add(type);
  try {
    return await carriedOut(call, plan);
  } finally {
    for (const type of plan.deadLettersOf) busy.delete(type);
  }
}

function chosen(plan: Plan, kept: KeptChoice | undefined): object {
  const { count, asked, examples, will, notes, ratePerSecond, typeToConfirm, cliLine } = plan;
  return {
    ...{ changed: 0, wouldChange: count, asked, examples, will, notes, sameAs: cliLine },
    ...(ratePerSecond !== undefined && { ratePerSecond }),
    ...(kept !== undefined && { token: kept.token, tokenCountsUntil: new Date(kept.untilMs).toISOString() }),
    ...(kept !== undefined && typeToConfirm !== undefined && { typed: typeToConfirm }),
  };
}
