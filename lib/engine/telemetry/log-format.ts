import { LogFormatter, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';

/**
 * Powertools' lines, without the fields that ours never have: those of a Lambda context that is not added, and the rate
 * of a sampling that is off: bytes that each line would pay for. Times are UTC wherever the function runs.
 */
export class LineFormat extends LogFormatter {
  override formatAttributes(base: UnformattedAttributes, fields: LogAttributes): LogItem {
    const { logLevel: level, message, timestamp, serviceName: service, xRayTraceId } = base;
    const traced = xRayTraceId === undefined ? undefined : { xray_trace_id: xRayTraceId };
    const attributes = { level, message, timestamp: timestamp.toISOString(), service, ...traced, ...fields };
    return new LogItem({ attributes });
  }
}
