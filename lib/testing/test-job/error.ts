/** A test of a handler that cannot tell anything: it was set up wrongly, or what it waits for never comes. */
export class TestJobError extends Error {
  override readonly name = 'TestJobError';
}
