import type { Aws } from './aws.ts';

/** One thing that AWS does, and how to see it. */
export interface Behaviour<A extends Aws> {
  /** By which a difference names it. */
  readonly id: string;
  readonly what: string;
  /** What says so: a recording's id or the name of the recorded test, else a page of AWS's. */
  readonly source: { readonly recorded: string } | { readonly page: string } | { readonly reasoning: string };
  /** Does it and tells what came of it, in plain values without times or random ids. */
  readonly observe: (aws: A) => Promise<unknown>;
  /** What comes of it on AWS. */
  readonly onAws: unknown;
}

/** How a call ended: `accepted`, or the name of its error. */
export async function outcome(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'accepted';
  } catch (error) {
    return (error as Error).name;
  }
}

/** Name, message and status of the refusal; `accepted` if there was none. */
export async function refusal(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
    return 'accepted';
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return { name, message, status: $metadata?.httpStatusCode };
  }
}
