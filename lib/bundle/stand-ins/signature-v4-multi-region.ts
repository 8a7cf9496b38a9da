/**
 * Stands in for `@aws-sdk/signature-v4-multi-region` in a deployed bundle: only S3's multi-region access points and
 * EventBridge's global endpoints are signed for many regions, and that needs the CRT package besides. A handler that
 * wants them, or S3 Express, takes the line of this file out of `lib/bundle/form.ts`.
 */
export {
  SignatureV4 as SignatureV4MultiRegion,
  SignatureV4 as SignatureV4SignWithCredentials,
} from '@smithy/signature-v4';
