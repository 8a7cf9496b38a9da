/** A test of a handler that shows nothing: it was set up wrongly, or what it waits for never comes. */
export class TestJobError extends Error {
  override readonly name = 'TestJobError';
}
