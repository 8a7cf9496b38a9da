/** Name of a new file in the working folder: `sluice-<what>-<time>.ndjson`. */
export const newFileName = (what: string): string =>
  `sluice-${what}-${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}.ndjson`;
