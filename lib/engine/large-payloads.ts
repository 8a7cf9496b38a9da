import { fetchPayload, type S3Objects } from '../aws/payloads.ts';
import { makeS3 } from '../aws/s3.ts';
import { setStagePayloads } from '../aws/stage-payloads.ts';
import type { JobDefinition } from '../contract/definition/job-definition.ts';
import { InvalidPayloadError } from '../contract/errors.ts';
import { ENV } from '../contract/names.ts';
import { type ReadPayload, readPayload } from '../contract/payload.ts';
import { bodyOf } from './extended-client.ts';
import { noPayloads, type Payloads } from './payloads.ts';

/** Where a consumer finds what lies in S3. */
export interface PayloadSource {
  readonly s3: S3Objects;
  /** The stage's own. @default it has none */
  readonly bucket?: string | undefined;
}

/** What a process of a consumer reads S3 with: S3 itself, and the bucket that the environment names. */
export function openStage(definition: JobDefinition): Payloads {
  const source = { s3: makeS3(), bucket: process.env[ENV.payloads] };
  const { s3, bucket } = source;
  // What handlers send goes there, too.
  if (bucket !== undefined) setStagePayloads({ s3, bucket });
  return makePayloads(definition, source);
}

export function makePayloads(definition: JobDefinition, { s3, bucket }: PayloadSource): Payloads {
  const stage = bucket === undefined ? undefined : { s3, bucket };
  return {
    async read(ref, signal) {
      if (stage === undefined) throw noPayloads();
      try {
        return await readText(definition, await fetchPayload(stage, ref, signal));
      } catch (error) {
        if (!(error instanceof InvalidPayloadError)) throw error;
        return { payload: undefined, refusal: error };
      }
    },
    bodyOf: (record) => bodyOf(record.body, definition, s3),
  };
}

async function readText(definition: JobDefinition, text: string): Promise<ReadPayload> {
  const read = readPayload(definition, parsed(text));
  return (await read.pending) ?? read;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The parser's own message quotes the payload.
    throw new InvalidPayloadError('the payload is not JSON', { cause });
  }
}
