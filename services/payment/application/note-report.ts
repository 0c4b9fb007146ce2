import { ask } from './ask.ts'
import { takeOverPayout } from './payouts.ts'
import type { Ports, Report } from './ports.ts'
import { takeOverRefund } from './refund-payment.ts'
import { takeOver } from './settle-charge.ts'

const unknown = { status: 'UNKNOWN' } as const

const onCharge = async (ports: Ports, { key, externalId, charge: told }: Report): Promise<void> => {
  const { payments, provider } = ports
  const charge = await payments.charge(key)
  if (!charge) return
  const known = { ...charge, externalId: externalId || charge.externalId }
  const answer = told ?? (await ask(ports, { purpose: 'find', id: key }, (signal) => provider.find(known, signal)))
  // A report that says nothing moves no check forward either.
  if (answer !== 'ABSENT' && answer.status !== 'UNKNOWN') await takeOver(ports)(key, answer, charge.checks)
}

const onRefund = async (ports: Ports, { key, externalId, transfer: told }: Report): Promise<void> => {
  const { payments, provider } = ports
  const refund = await payments.refund(key)
  if (!refund) return
  const known = { ...refund, externalId }
  const about = { purpose: 'refund', id: key }
  const outcome = told ?? (await ask(ports, about, (signal) => provider.findRefund(known, signal)))
  await takeOverRefund(ports)(key, outcome === 'ABSENT' ? unknown : outcome)
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
