import type { Payment } from '../domain/payment.ts'
import { actionMs } from '../domain/payment.ts'
import { ask, askAgain, firstCheckMs, nextCheckMs } from './ask.ts'
import type { Beside, Ports } from './ports.ts'
import type { Answer, Charge } from './provider.ts'

const besideOf = ({ clock }: Ports, payment: Payment, answer: Answer, checks: number): Beside => {
  const later = (ms: number) => new Date(clock.now().getTime() + ms)
  if (!payment.isOpen) return { token: '', action: undefined, nextCheckAt: undefined, checks }
  if (payment.state.charge !== 'REQUIRES_ACTION') return { nextCheckAt: later(nextCheckMs(checks)), checks: checks + 1 }
  return { ...(answer.action && { action: answer.action }), nextCheckAt: later(actionMs), checks: 0 }
}

/** Asks the provider anew, the later the oftener it was asked. */
export const askLater = ({ payments, clock }: Ports, id: string, checks: number): void =>
  payments.recheck(id, new Date(clock.now().getTime() + nextCheckMs(checks)), checks + 1)

/**
 * Takes over what the provider said of a charge, within the unit being run. A payer who was asked to do something keeps
 * the time for it, however often that is heard.
 */
export const takeOver =
  (ports: Ports) =>
  async (id: string, answer: Answer, checks = 0): Promise<Payment> => {
    const { payments, ledger, ids } = ports
    const payment = await payments.get(id)
    const before = payment.state
    const postings = payment.observe(answer, ids.next())
    for (const posting of postings) ledger.post(posting)
    // What was asked for in vain is asked for again, and what was heard twice is not written.
    if (payment.state !== before) payments.save(payment, besideOf(ports, payment, answer, checks))
    else if (payment.isOpen && payment.state.charge !== 'REQUIRES_ACTION') askLater(ports, id, checks)
    return payment
  }

/** Takes over what the provider said of a charge, in a unit of its own. */
export const settle = (ports: Ports, charge: Charge, answer: Answer, checks = 0): Promise<Payment> =>
  ports.apart('settle', () => takeOver(ports)(charge.key, answer, checks))

/** When whoever charges is taken to have crashed. */
export const firstCheck = ({ clock }: Ports): Date => new Date(clock.now().getTime() + firstCheckMs)

/**
 * Asks what became of a charge that is undecided. One whose payer does nothing is given up in the end.
 */
export const followCharge =
  (ports: Ports) =>
  async (id: string): Promise<void> => {
    const { payments, provider, clock } = ports
    const charge = await payments.charge(id)
    const payment = await payments.find(id)
    // Who was found due may have been asked to do something meanwhile.
    if (!charge || !payment?.isOpen || (charge.nextCheckAt && charge.nextCheckAt > clock.now())) return
    if (payment.state.charge !== 'REQUIRES_ACTION') {
      await takeOver(ports)(id, await askAgain(ports, charge), charge.checks)
      return
    }
    const given = await ask(ports, { purpose: 'cancel', id }, (signal) => provider.cancel(charge, signal))
    const isGivenUp = given.status === 'CANCELLED'
    const answer = isGivenUp ? ({ status: 'FAILED', reason: 'ACTION_TIMED_OUT' } as const) : given
    if ((await takeOver(ports)(id, answer, charge.checks)).isOpen) askLater(ports, id, charge.checks)
  }
