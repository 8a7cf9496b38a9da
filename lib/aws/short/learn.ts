import { hasReader } from './answer.ts';
import type { Args, Client, Command, Context, HttpRequest, Signer } from './sdk.ts';
import { isUsualCall, onChange } from './usual.ts';

/** A request of the SDK's own before it was signed, for those that follow. */
export interface Template {
  readonly operation: string;
  readonly request: HttpRequest;
  readonly signer: Signer;
  readonly signing: object;
}

/** @returns the template of a command; undefined if it must go the SDK's own way */
export type TemplateOf = (command: Command) => Template | undefined;

/** They are the invocation's: each request gets its own. */
const TRACE_HEADERS = ['X-Amzn-Trace-Id', 'traceparent', 'tracestate', 'baggage'];

/**
 * Has the SDK's own calls of a client show what they are about to sign. Once the client's middleware is changed, what was
 * learned is forgotten, and nothing is learned any more.
 */
export function learnFrom({ middlewareStack, config }: Client): TemplateOf {
  const templates = new Map<string, Template>();
  const keep = (args: Args, template: Template) => {
    if (templates.size >= MAX_KEPT) templates.clear();
    templates.set(keyOf(template.operation, args.input), template);
  };
  let isChanged = false;
  middlewareStack.addRelativeTo(
    (next, context) => async (args) => {
      const template = templateOf(context, args);
      if (template !== undefined && (await isUsualCall(config, context, args.request)) && !isChanged) {
        keep(args, template);
      }
      return next(args);
    },
    { name: 'sluiceLearn', relation: 'before', toMiddleware: 'httpSigningMiddleware' },
  );
  onChange(middlewareStack, () => {
    isChanged = true;
    templates.clear();
  });
  return (command) => {
    const template = templates.get(keyOf(operationOf(command), command.input));
    return template === undefined || command.middlewareStack.identify().length > 0 ? undefined : template;
  };
}

/** A request to SQS goes where its queue is. */
const keyOf = (operation: string, { QueueUrl = '' }: { readonly QueueUrl?: unknown }): string =>
  `${operation} ${String(QueueUrl)}`;

/** A tick may meet as many queues as there are job types; beyond, they are learned anew. */
const MAX_KEPT = 500;

const operationOf = ({ schema }: Command): string => (Array.isArray(schema) ? String(schema[2]) : '');

function templateOf({ __smithy_context: call }: Context, { request }: Args): Template | undefined {
  const scheme = call?.selectedHttpAuthScheme;
  if (call?.operation === undefined || scheme === undefined || !hasReader(call.operation)) return undefined;
  const kept = request.clone();
  for (const name of TRACE_HEADERS) delete kept.headers[name];
  kept.body = undefined;
  const { signer, httpAuthOption } = scheme;
  return { operation: call.operation, request: kept, signer, signing: { ...httpAuthOption.signingProperties } };
}
