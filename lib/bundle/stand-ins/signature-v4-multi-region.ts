/**
 * Replaces `@aws-sdk/signature-v4-multi-region` in a deployed bundle, for EventBridge's client: only its global endpoints are
 * signed for many regions, and that also needs another package. With one of these in a bundle, the real one is in it too
 * (`lib/bundle/cuts.ts`). S3's client has the real one.
 */
export {
  SignatureV4 as SignatureV4MultiRegion,
  SignatureV4 as SignatureV4SignWithCredentials,
} from '@smithy/signature-v4';
