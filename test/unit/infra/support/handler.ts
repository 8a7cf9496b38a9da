class NamedByItsClassError extends Error {
  override readonly name = this.constructor.name;
}

/** Stands where a job type's handler would. */
export const handler = async (): Promise<never> => {
  throw new NamedByItsClassError();
};
