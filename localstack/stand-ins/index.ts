export type { Fault, FaultOrder } from './faults.ts';
export {
  type JsonSource,
  type SourcePage,
  type SourceRecord,
  type SourceSettings,
  sourceRecord,
  startJsonSource,
} from './json-source.ts';
export { type RecordedRequest, type StripeStandIn, startStripe } from './stripe.ts';
export type { RecordedPayment } from './stripe-api.ts';
