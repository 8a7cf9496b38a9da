export {
  type JsonSource,
  type SourcePage,
  type SourceSettings,
  sourceRecord,
  startJsonSource,
} from './json-source.ts';
export { type StripeStandIn, startStripe } from './stripe.ts';
