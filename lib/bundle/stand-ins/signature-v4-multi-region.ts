/**
 * Replaces `@aws-sdk/signature-v4-multi-region` in a deployed bundle. Only S3's multi-region access points and EventBridge's
 * global endpoints are signed for many regions, and that also needs the CRT package. If a handler needs them, or S3 Express,
 * remove the line of this file from `lib/bundle/form.ts`.
 */
export {
  SignatureV4 as SignatureV4MultiRegion,
  SignatureV4 as SignatureV4SignWithCredentials,
} from '@smithy/signature-v4';
