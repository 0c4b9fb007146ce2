/** What a provider says became of a charge: `problem` is an UPPER_SNAKE_CASE constant. */
export type ChargeResult = { status: 'SUCCEEDED'; providerId: string } | { status: 'DECLINED'; problem: string }

/** UNKNOWN where it may still come about: `problem` is what it waits for. */
export type PaymentOutcome = ChargeResult | { status: 'UNKNOWN'; problem?: string }

/** One attempt to charge an invoice, begun before payment hears of it. */
export class Charge {
  /** `<invoice>:<attempt>`. */
  readonly id!: string
  /** What payment knows it by. */
  readonly paymentId!: string
  readonly invoiceId!: string
  readonly attempt!: number
  /** In cents. */
  readonly amount!: number
  /** What is charged, as payment names it; empty for none. */
  readonly methodId!: string
  status!: 'BEGUN' | 'SUCCEEDED' | 'DECLINED'
  problem!: string
  providerId!: string
  readonly begunAt!: Date
  finishedAt: Date | undefined

  static idOf(invoiceId: string, attempt: number): string {
    return `${invoiceId}:${attempt}`
  }

  static begin(what: Pick<Charge, 'paymentId' | 'invoiceId' | 'attempt' | 'amount' | 'methodId'>, now: Date): Charge {
    return Object.assign(new Charge(), {
      ...what,
      id: Charge.idOf(what.invoiceId, what.attempt),
      status: 'BEGUN' as const,
      problem: '',
      providerId: '',
      begunAt: now,
      finishedAt: undefined,
    })
  }

  finish(result: ChargeResult, now: Date): void {
    this.status = result.status
    this.problem = result.status === 'DECLINED' ? result.problem : ''
    this.providerId = result.status === 'SUCCEEDED' ? result.providerId : ''
    this.finishedAt = now
  }
}
