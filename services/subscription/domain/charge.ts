/** What a provider says became of a charge: `problem` is an UPPER_SNAKE_CASE constant. */
export type ChargeResult = { status: 'SUCCEEDED'; providerId: string } | { status: 'DECLINED'; problem: string }

/** One attempt to charge an invoice, begun before the provider hears of it. */
export class Charge {
  /** `<invoice>:<attempt>`; also the key that the provider knows it by. */
  readonly id!: string
  readonly invoiceId!: string
  readonly attempt!: number
  /** In cents. */
  readonly amount!: number
  /** What is charged, as the provider names it; kept until the outcome is known. */
  token!: string
  status!: 'BEGUN' | 'SUCCEEDED' | 'DECLINED'
  problem!: string
  providerId!: string
  readonly begunAt!: Date
  finishedAt: Date | undefined

  static idOf(invoiceId: string, attempt: number): string {
    return `${invoiceId}:${attempt}`
  }

  static begin(what: { invoiceId: string; attempt: number; amount: number; token: string }, now: Date): Charge {
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
    this.token = ''
    this.finishedAt = now
  }
}
