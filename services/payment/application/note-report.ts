import { unavailable } from '#shared/domain/errors.ts'
import { ask } from './ask.ts'
import { takeOverPayout } from './payouts.ts'
import type { Ports } from './ports.ts'
import type { Report } from './provider.ts'
import { takeOverRefund } from './refund-payment.ts'
import { takeOver } from './settle-charge.ts'

const unknown = { status: 'UNKNOWN' } as const

/** Else the provider is to report again. Throws PROVIDER_UNAVAILABLE. */
const mustSay = <T extends { status: string }>(answer: T): T => {
  if (answer.status === 'UNKNOWN') throw unavailable('PROVIDER_UNAVAILABLE', 'the provider does not answer; try again')
  return answer
}

const onCharge = async (ports: Ports, { key, externalId, charge: told }: Report): Promise<void> => {
  const { payments, provider } = ports
  const charge = await payments.charge(key)
  if (!charge) return
  const known = { ...charge, externalId: externalId || charge.externalId }
  const answer = told ?? (await ask(ports, { purpose: 'find', id: key }, (signal) => provider.find(known, signal)))
  if (answer !== 'ABSENT') await takeOver(ports)(key, mustSay(answer), charge.checks)
}

const onRefund = async (ports: Ports, { key, externalId, transfer: told }: Report): Promise<void> => {
  const { payments, provider } = ports
  const refund = await payments.refund(key)
  if (!refund) return
  const known = { ...refund, externalId }
  const about = { purpose: 'refund', id: key }
  const outcome = told ?? (await ask(ports, about, (signal) => provider.findRefund(known, signal)))
  if (outcome !== 'ABSENT') await takeOverRefund(ports)(key, mustSay(outcome))
}

/**
 * Takes over what a provider reports by itself, each report once. What comes late, twice, in another order or before
 * the answer finds a payment that is further on, and changes nothing.
 */
export const noteReport = (ports: Ports) => (report: Report) =>
  ports.apart('report', async () => {
    const { heard, provider } = ports
    if (await heard.has(provider.name, report.id)) return
    heard.add(provider.name, report.id)
    switch (report.topic) {
      case 'PAYMENT':
        return onCharge(ports, report)
      case 'REFUND':
        return onRefund(ports, report)
      case 'PAYOUT':
        return takeOverPayout(ports)(report.key, report.transfer ?? unknown)
    }
  })
