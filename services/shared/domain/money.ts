import { invalid, precondition } from './errors.ts'

/** An amount in integer minor units (cents) of an ISO 4217 currency. */
export class Money {
  readonly minorUnits: bigint
  readonly currency: string

  private constructor(minorUnits: bigint, currency: string) {
    this.minorUnits = minorUnits
    this.currency = currency
  }

  /** Throws INVALID_CURRENCY unless the currency is three capital letters. */
  static of(minorUnits: bigint, currency: string): Money {
    if (!/^[A-Z]{3}$/.test(currency)) {
      throw invalid('currency', 'INVALID_CURRENCY', 'must be an ISO 4217 code like EUR')
    }
    return new Money(minorUnits, currency)
  }

  plus(other: Money): Money {
    this.mustMatch(other)
    return new Money(this.minorUnits + other.minorUnits, this.currency)
  }

  minus(other: Money): Money {
    this.mustMatch(other)
    return new Money(this.minorUnits - other.minorUnits, this.currency)
  }

  times(factor: bigint): Money {
    return new Money(this.minorUnits * factor, this.currency)
  }

  /**
   * The share that `part` is of `whole`, rounded to a minor unit, halves away from zero. Throws RangeError unless the
   * whole is more than nothing and the part neither below nor above it.
   */
  share(part: bigint, whole: bigint): Money {
    if (whole <= 0n || part < 0n || part > whole) throw new RangeError(`${part} is no part of ${whole}`)
    const half = this.minorUnits < 0n ? -whole : whole
    return new Money((this.minorUnits * part * 2n + half) / (whole * 2n), this.currency)
  }

  /** The smaller of two amounts. */
  atMost(other: Money): Money {
    this.mustMatch(other)
    return other.minorUnits < this.minorUnits ? other : this
  }

  /**
   * Splits into parts as equal as whole minor units allow, larger ones first; nothing is lost. Throws RangeError unless
   * there is at least one part.
   */
  split(parts: number): Money[] {
    if (!Number.isInteger(parts) || parts < 1) throw new RangeError(`cannot split into ${parts} parts`)
    const count = BigInt(parts)
    const share = this.minorUnits / count
    const rest = this.minorUnits - share * count
    const unit = rest < 0n ? -1n : 1n
    return Array.from({ length: parts }, (_, index) => {
      const extra = BigInt(index) < rest * unit ? unit : 0n
      return new Money(share + extra, this.currency)
    })
  }

  private mustMatch(other: Money): void {
    if (other.currency !== this.currency) {
      throw precondition('CURRENCY_MISMATCH', `cannot combine ${this.currency} with ${other.currency}`)
    }
  }
}
