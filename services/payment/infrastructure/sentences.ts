interface Told {
  amount?: { minorUnits?: string; currency?: string }
  fee?: { minorUnits?: string; currency?: string }
  reason?: string
  description?: string
}

/** An amount as people write it, e.g. `12.50 EUR`, with the decimals that its currency has. */
const amountText = ({ minorUnits = '0', currency = '' }: NonNullable<Told['amount']>): string => {
  if (!currency) return minorUnits
  const format = new Intl.NumberFormat('en', { style: 'currency', currency })
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2
  const value = minorUnits.padStart(digits + 1, '0')
  const whole = value.slice(0, value.length - digits)
  return `${digits === 0 ? whole : `${whole}.${value.slice(-digits)}`} ${currency}`
}

/** What an event of a payment says, in a sentence. */
export const sentenceOf = (event: string, data: Readonly<Record<string, unknown>>): string => {
  const { amount = {}, fee, reason = '', description = '' } = data as Told
  const sum = amountText(amount)
  switch (event) {
    case 'PaymentInitiated':
      return `${sum} are to be charged${description && `: ${description}`}`
    case 'PaymentActionRequired':
      return 'The payer is to confirm the charge'
    case 'PaymentSucceeded':
      return `${sum} were charged${fee ? `; the provider keeps ${amountText(fee)}` : ''}`
    case 'PaymentFailed':
      return `The charge failed: ${reason}`
    case 'PaymentBecameUnknown':
      return 'The provider has not said whether it charged'
    case 'PaymentCancelled':
      return 'The payment was given up'
    case 'PaymentCameLate':
      return `${sum} came after the payment had ended; they go back`
    case 'RefundRequested':
      return `${sum} are to be paid back${reason && `: ${reason}`}`
    case 'RefundProcessed':
      return `${sum} were paid back`
    case 'RefundFailed':
      return `${sum} could not be paid back: ${reason}`
    default:
      return event
  }
}
