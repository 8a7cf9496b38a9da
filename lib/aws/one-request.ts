/** A step of the SDK's work on a command, around the next one. */
type Middleware = <Args, Output>(next: (args: Args) => Promise<Output>) => (args: Args) => Promise<Output>;

interface WithStack {
  readonly middlewareStack: {
    add(middleware: Middleware, options: { name: string; step: 'initialize'; priority: 'high' }): void;
    add(middleware: Middleware, options: { name: string; step: 'finalizeRequest'; priority: 'low' }): void;
    addRelativeTo(middleware: Middleware, options: { name: string; relation: 'after'; toMiddleware: string }): void;
  };
}

/** An error in a form that the SDK does not repeat a request for. */
class FinalError extends Error {
  readonly error: unknown;
  constructor(error: unknown) {
    super('not to be repeated');
    this.error = error;
  }
}

/** Errors of calls that were being answered, and of those that no request was made for. */
const sent = new WeakSet<object>();
const unsent = new WeakSet<object>();

/**
 * Has the SDK make one request of a command, or of every command of a client. Its own repeats pause as it sees fit, and come
 * from a store of the client's: once that is empty, calls are no longer repeated at all. Whoever repeats by himself must not
 * have both.
 *
 * The middleware keeps nothing of a command: a client with `cacheMiddleware` uses the first command's for all.
 */
export function asOneRequest<Made extends WithStack>(made: Made): Made {
  const { middlewareStack } = made;
  middlewareStack.add(noteUnsent, { name: 'sluiceNoteUnsent', step: 'initialize', priority: 'high' });
  middlewareStack.addRelativeTo(makeFinal, {
    name: 'sluiceMakeFinal',
    relation: 'after',
    toMiddleware: 'retryMiddleware',
  });
  middlewareStack.add(noteSent, { name: 'sluiceNoteSent', step: 'finalizeRequest', priority: 'low' });
  return made;
}

/** Whether a call failed before a request was made: of its input, the configuration or the credentials. */
export const isUnsent = (error: unknown): boolean => isObject(error) && unsent.has(error);

/** Whether a call failed after its request was made, whatever it failed of. */
export const isSent = (error: unknown): boolean => isObject(error) && sent.has(error);

/** Marks an error of a call that was never begun. */
export function asUnsent<Failure extends Error>(error: Failure): Failure {
  unsent.add(error);
  return error;
}

const noteUnsent: Middleware = (next) => async (args) => {
  try {
    return await next(args);
  } catch (thrown) {
    const error = thrown instanceof FinalError ? thrown.error : thrown;
    // An answer may be refused only after it was read, as one whose MD5 is wrong.
    if (isObject(error)) (sent.has(error) || sent.has(inputOf(args)) ? sent : unsent).add(error);
    throw error;
  }
};

const makeFinal: Middleware = (next) => async (args) => {
  try {
    return await next(args);
  } catch (error) {
    throw new FinalError(error);
  }
};

const noteSent: Middleware = (next) => async (args) => {
  sent.add(inputOf(args));
  try {
    return await next(args);
  } catch (error) {
    if (isObject(error)) sent.add(error);
    throw error;
  }
};

const inputOf = (args: unknown): object => (args as { readonly input: object }).input;

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
