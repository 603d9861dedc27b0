/** The rules of charges: what a payment token leads to, and what undoing means. */

/** `voided` was charged and undone, or undone before it was charged: either way no money moved in the end. */
export type ChargeStatus = 'charged' | 'declined' | 'voided';

export interface Charge {
  readonly id: string;
  readonly orderId: string;
  readonly amountCents: number;
  readonly status: ChargeStatus;
  /** Version of the instance that decided. */
  readonly servedBy: string;
}

export interface Verdict {
  readonly status: 'charged' | 'declined';
  /** How long the bank takes. */
  readonly delayMs: number;
}

const slowBankMs = 2000;

/** The bank of this shop knows three tokens; any other one is declined. */
export function judgeToken(paymentToken: string): Verdict {
  switch (paymentToken) {
    case 'tok_ok':
      return { status: 'charged', delayMs: 0 };
    case 'tok_slow':
      return { status: 'charged', delayMs: slowBankMs };
    default:
      return { status: 'declined', delayMs: 0 };
  }
}

/** A declined charge stays declined: there is nothing to undo. */
export function statusAfterVoid(status: ChargeStatus): ChargeStatus {
  return status === 'declined' ? 'declined' : 'voided';
}
