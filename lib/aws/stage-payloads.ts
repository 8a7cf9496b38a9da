import type { PayloadBucket } from './payloads.ts';

let ofStage: PayloadBucket | undefined;

/** Says where this process's producers put large payloads, unless they are told. */
export function setStagePayloads(bucket: PayloadBucket): void {
  ofStage = bucket;
}

export const stagePayloads = (): PayloadBucket | undefined => ofStage;
