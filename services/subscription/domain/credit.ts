export type CreditReason = 'GRANTED' | 'APPLIED' | 'RETURNED' | 'CARRIED_OVER'

/** Why somebody's credit changes. */
export interface CreditCause {
  reason: CreditReason
  /** Who granted it, as events name them. */
  grantedBy?: string
  /** The invoice that it paid, or came back from. */
  invoiceId?: string
}

/** One change of somebody's credit, which is the sum of them all. */
export class CreditEntry {
  readonly id!: string
  readonly userId!: string
  /** In cents; below zero for what was used. */
  readonly amount!: number
  readonly reason!: CreditReason
  readonly grantedBy!: string
  readonly invoiceId: string | undefined
  readonly at!: Date

  static of(id: string, userId: string, amount: number, cause: CreditCause, at: Date): CreditEntry {
    const { reason, grantedBy = '', invoiceId } = cause
    return Object.assign(new CreditEntry(), { id, userId, amount, reason, grantedBy, invoiceId, at })
  }
}
