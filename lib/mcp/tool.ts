import type * as z from 'zod';
import type { JobDefinition } from '../contract/definition/job-definition.ts';
import type { MapOf, SendDeps, Stage, Whereabouts } from '../operator/index.ts';

/** What the tools look at, and what they may do. */
export interface McpOptions {
  readonly stage: Stage;
  /** For errors: where the tools look. */
  readonly where: Whereabouts;
  readonly sqs: SendDeps['sqs'];
  /** Makes new clients once the credentials have expired: an assistant stays for hours. @default the first ones stay */
  readonly connect?: () => { readonly aws: Stage['aws']; readonly sqs: SendDeps['sqs'] };
  /** The catalogue. Called only by tools that need it: the others work also where it does not load. */
  readonly definitions: () => Promise<readonly JobDefinition[]>;
  /** Offers the tools that change something. @default false */
  readonly allowChanges?: boolean;
  /** Whether bodies, payloads, results, progress and checkpoints may be shown to a call that asks. @default false */
  readonly payloads?: boolean;
  /** The source maps of what is deployed. @default none */
  readonly mapOf?: MapOf;
  /** Where dead letters are saved before they are deleted or corrected. @default the working directory */
  readonly saveFolder?: string;
  /** Called once for each call, without what it was about. */
  readonly onCall?: (call: CallLog) => void;
}

/** What is logged of a call: never an argument or an answer. */
export interface CallLog {
  readonly tool: string;
  readonly ms: number;
  /** As the command's: 0 for done. */
  readonly exitCode: number;
}

/** One call of a tool. */
export interface Call extends McpOptions {
  /** Aborted when the assistant cancels the call, or goes away. */
  readonly signal: AbortSignal;
  /** Tells the assistant how far it is. */
  readonly onProgress: (done: number) => void;
}

/** Fields of a tool's input. */
export type Input = Readonly<Record<string, z.ZodType>>;

/** What a tool gets, checked. */
export type Given<I extends Input> = { readonly [Name in keyof I]: z.infer<I[Name]> };

/** A tool that an assistant may call. */
export interface Tool<I extends Input = Input> {
  readonly name: string;
  readonly title: string;
  /** What it does, for the assistant: it decides by it. */
  readonly description: string;
  readonly input: I;
  /** Of a tool that changes something. */
  readonly changes?: { readonly destroys: boolean; readonly idempotent: boolean };
  /** @returns what is answered, as JSON can hold it */
  run(given: Given<I>, call: Call): Promise<object>;
}

/** Has the compiler hold a tool's `run` against its input. */
export const tool = <I extends Input>(one: Tool<I>): Tool => one as unknown as Tool;

/** A call that is wrong: nothing was done. */
export class ToolUsageError extends Error {
  override readonly name = 'UsageError';
}
