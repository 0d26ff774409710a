/** Numbers of the FOSSBilling wire (invoicing spec 8, 11, 12). */
export const paymentErrorNumbers: Readonly<Record<string, number>> = {
  'payment.no_hash': 810,
  'payment.no_gateway': 811,
  'payment.invoice_unknown': 812,
  'payment.gateway_unknown': 813,
  'payment.gateway_off': 814,
  'payment.single_off': 815,
  'gateway.misconfigured': 819,
  'gateway.unconfigured': 4001,
  'transaction.origin': 701,
  'transaction.gateway_gone': 704,
  'transaction.no_action': 705,
  'payment.balance_off': 301,
  'payment.deposit': 303,
};
