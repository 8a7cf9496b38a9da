/** Stripe's answer for a card that it does not charge. */
export interface Decline {
  readonly code: string;
  readonly declineCode: string;
  readonly message: string;
}

const DECLINED = 'Your card was declined.';

/** Stripe's test payment methods that fail (docs.stripe.com/testing, "Declined payments"), by name without `pm_card_`. */
const DECLINES: Readonly<Record<string, Decline>> = {
  chargeDeclined: { code: 'card_declined', declineCode: 'generic_decline', message: DECLINED },
  chargeDeclinedInsufficientFunds: {
    code: 'card_declined',
    declineCode: 'insufficient_funds',
    message: 'Your card has insufficient funds.',
  },
  chargeDeclinedLostCard: { code: 'card_declined', declineCode: 'lost_card', message: DECLINED },
  chargeDeclinedStolenCard: { code: 'card_declined', declineCode: 'stolen_card', message: DECLINED },
  chargeDeclinedFraudulent: { code: 'card_declined', declineCode: 'fraudulent', message: DECLINED },
  chargeDeclinedVelocityLimitExceeded: {
    code: 'card_declined',
    declineCode: 'card_velocity_exceeded',
    message: 'Your card was declined for making repeated attempts too frequently or exceeding its amount limit.',
  },
  chargeDeclinedExpiredCard: {
    code: 'expired_card',
    declineCode: 'expired_card',
    message: 'Your card has expired.',
  },
  chargeDeclinedIncorrectCvc: {
    code: 'incorrect_cvc',
    declineCode: 'incorrect_cvc',
    message: "Your card's security code is incorrect.",
  },
  chargeDeclinedProcessingError: {
    code: 'processing_error',
    declineCode: 'processing_error',
    message: 'An error occurred while processing your card. Try again in a little bit.',
  },
};

/** Result of charging a payment method. */
export type Charge =
  | { readonly kind: 'succeeds' }
  | { readonly kind: 'needsAction' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'declined'; readonly decline: Decline };

/** Stripe accepts the test methods with and without the card's brand: `pm_card_visa_chargeDeclined`. */
export function chargeOf(paymentMethod: string): Charge {
  const rest = /^pm_card_(?<rest>\w+)$/.exec(paymentMethod)?.groups?.rest;
  if (rest === undefined) return { kind: 'unknown' };
  const decline = DECLINES[rest.replace(/^(visa|mastercard|amex|discover)_/, '')];
  if (decline) return { kind: 'declined', decline };
  return { kind: rest === 'authenticationRequired' ? 'needsAction' : 'succeeds' };
}
