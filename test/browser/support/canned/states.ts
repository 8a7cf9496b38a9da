import type { Trouble } from '../../../../lib/console/api.ts';
import { type Answers, empty, healthy, loading, troubled } from './answers.ts';

const throttled: Trouble = {
  ...{ kind: 'throttled', message: 'AWS answers "Rate exceeded": the next look is in 20 s' },
};
const expired: Trouble = {
  ...{
    kind: 'expired',
    message: 'the credentials of profile on-call have expired',
    todo: 'aws sso login --profile on-call',
  },
};
const denied: Trouble = {
  ...{ kind: 'denied', message: 'IAM refuses sqs:GetQueueAttributes', action: 'sqs:GetQueueAttributes' },
  todo: 'The policy sluice-shop-prod-read has it.',
};
const missing: Trouble = {
  ...{ kind: 'missing', message: 'stage "prod" is not deployed in this account and region; stages there: dev, test' },
};

/** States that each page must be able to show. */
export const STATES: Readonly<Record<string, Answers>> = {
  full: healthy,
  empty,
  loading,
  stale: troubled(throttled, { withData: true }),
  throttled: troubled(throttled, { withData: false }),
  'with expired credentials': troubled(expired, { withData: false }),
  'refused by IAM': troubled(denied, { withData: false }),
  'of no such stage': troubled(missing, { withData: false }),
};

/** Each page of the console, by its name. */
export const PAGES: Readonly<Record<string, string>> = {
  Overview: '/',
  Type: '/type/send-email',
  Dead: '/dead',
  Waiting: '/waiting',
  Job: '/job/process-payment/ord-10000',
  Find: '/find?text=ord-10000',
  Flows: '/flows',
  Flow: '/flow/generate-report/2026-11',
  Operations: '/operations',
  Health: '/health',
  Send: '/send/send-email',
};
