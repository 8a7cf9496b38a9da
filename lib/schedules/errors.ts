/** A schedule that cannot be, or something that it cannot do: nothing was changed, nothing was sent. */
export class ScheduleError extends Error {
  override readonly name = 'ScheduleError';
}

/** The stage has no such schedule. */
export class NoSuchScheduleError extends Error {
  override readonly name = 'NoSuchScheduleError';
}
