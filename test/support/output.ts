import { onTestFinished, vi } from 'vitest';

/** A line that the code under test wrote: a log line or an EMF blob. */
export type Line = Record<string, unknown>;

/** What went to stdout and stderr during a test. */
export interface Output {
  /** Log lines, in order. */
  logs(): Line[];
  /** Their messages: the event names. */
  events(): string[];
  /** EMF blobs, in order. */
  blobs(): Line[];
  /** All of it. */
  text(): string;
}

/** Captures what Powertools writes, as CloudWatch would get it, until the test ends. */
export function captureOutput(): Output {
  const written: string[] = [];
  const keep = (chunk: unknown) => {
    written.push(String(chunk));
    return true;
  };
  const spies = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockImplementation(keep));
  onTestFinished(() => {
    for (const spy of spies) spy.mockRestore();
  });
  const lines = (): Line[] =>
    written.flatMap((text) => text.split('\n').filter((line) => line.startsWith('{'))).map((line) => JSON.parse(line));
  const blobs = () => lines().filter((line) => '_aws' in line);
  const logs = () => lines().filter((line) => !('_aws' in line));
  return { logs, blobs, events: () => logs().map(({ message }) => String(message)), text: () => written.join('') };
}

/** Values of a metric over all blobs. */
export function values(output: Output, metric: string): number[] {
  return output.blobs().flatMap((blob) => blob[metric] ?? []) as number[];
}

export const total = (output: Output, metric: string): number => values(output, metric).reduce((a, b) => a + b, 0);
