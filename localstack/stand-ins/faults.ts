/** A fault that a stand-in injects. */
export type Fault = StatusFault | ResetFault;

/** It answers with this status. */
export interface StatusFault {
  readonly status: number;
  /** The header `Retry-After`, seconds or an HTTP date. */
  readonly retryAfter?: string;
}

/** It cuts the connection: before it did anything, or after it did all, so that only the reply is lost. */
export interface ResetFault {
  readonly reset: 'before' | 'after';
}

/** Orders a fault for the next requests that match. */
export type FaultOrder = Fault & {
  /** @default 1 */
  readonly times?: number;
  /** Only requests that carry all of these, e.g. `{ idempotencyKey: 'dev/process-payment#ord-1' }`. @default any request */
  readonly match?: Readonly<Record<string, string>>;
};

/** The ordered faults that are not used up. */
export interface Faults {
  readonly order: (order: FaultOrder) => void;
  /** The fault for this request, which is then used up. */
  readonly take: (request: Readonly<Record<string, string | undefined>>) => Fault | undefined;
  readonly clear: () => void;
}

/** Keeps ordered faults. If several match a request, the one ordered first is used first. */
export function createFaults(): Faults {
  let orders: { readonly order: FaultOrder; left: number }[] = [];
  return {
    order: (order) => {
      const times = order.times ?? 1;
      if (!Number.isInteger(times) || times < 1) throw new RangeError(`times must be 1 or more, got ${times}`);
      orders.push({ order, left: times });
    },
    take: (request) => {
      const found = orders.find(({ order }) => matches(order.match ?? {}, request));
      if (!found) return undefined;
      found.left -= 1;
      orders = orders.filter(({ left }) => left > 0);
      return found.order;
    },
    clear: () => {
      orders = [];
    },
  };
}

function matches(
  wanted: Readonly<Record<string, string>>,
  request: Readonly<Record<string, string | undefined>>,
): boolean {
  return Object.entries(wanted).every(([name, value]) => request[name] === value);
}

/** @throws TypeError if `value`, read from a control request, is not an order */
export function checkedFaultOrder(value: unknown): FaultOrder {
  const order = (typeof value === 'object' && value !== null ? value : {}) as Partial<StatusFault & ResetFault>;
  if (Number.isInteger(order.status) || order.reset === 'before' || order.reset === 'after') return order as FaultOrder;
  throw new TypeError(`not a fault order: ${JSON.stringify(value)}`);
}

/** Headers of a reply that is a fault. */
export function faultHeaders({ retryAfter }: StatusFault): Record<string, string> {
  return retryAfter === undefined ? {} : { 'retry-after': retryAfter };
}
