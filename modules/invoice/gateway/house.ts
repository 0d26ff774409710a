import type { Gateway } from '#core/gateway';

/** A gateway with nobody outside: staff say that money came, or a client pays from the own balance. */
export interface HouseGateway extends Gateway {
  readonly vouchedBy: 'staff' | 'client';
}

export const houseOf = (adapter: Gateway): HouseGateway | undefined =>
  'vouchedBy' in adapter ? (adapter as HouseGateway) : undefined;
