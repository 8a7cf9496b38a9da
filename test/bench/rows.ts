import type { Row } from './row.ts';
import { accept } from './rows/accept.ts';
import { batchSize } from './rows/batch-size.ts';
import { bullmq } from './rows/bullmq.ts';
import { calls } from './rows/calls.ts';
import { coldStart } from './rows/cold-start.ts';
import { consoleRow } from './rows/console.ts';
import { consoleCalls } from './rows/console-calls.ts';
import { cpu } from './rows/cpu.ts';
import { dispatcher } from './rows/dispatcher.ts';
import { durable } from './rows/durable.ts';
import { flows } from './rows/flows.ts';
import { latency } from './rows/latency.ts';
import { optimistic } from './rows/optimistic.ts';
import { precision } from './rows/precision.ts';
import { precisionEmulator } from './rows/precision-emulator.ts';
import { producer } from './rows/producer.ts';
import { tls } from './rows/tls.ts';
import { tracing } from './rows/tracing.ts';
import { wall } from './rows/wall.ts';

/** The report, in its order. */
export const ROWS: readonly Row[] = [
  cpu,
  bullmq,
  optimistic,
  durable,
  wall,
  latency,
  calls,
  coldStart,
  batchSize,
  dispatcher,
  precision,
  precisionEmulator,
  producer,
  tls,
  tracing,
  accept,
  flows,
  consoleCalls,
  consoleRow,
];
