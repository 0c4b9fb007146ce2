import { replicas } from '../../chaos-mesh.ts'
import { checkNames } from '../../checks/accounts.ts'
import { checkCalls } from '../../checks/calls.ts'
import { checkConsumers } from '../../checks/consumers.ts'
import { checkDeadLetters } from '../../checks/dead-letters.ts'
import { type Finding, finder } from '../../checks/finding.ts'
import { checkBookingProcess } from '../../checks/sale/booking-process.ts'
import { checkCharges } from '../../checks/sale/charges.ts'
import { checkReservations } from '../../checks/sale/reservations.ts'
import { checkTickets } from '../../checks/sale/tickets.ts'
import { checkStreams } from '../../checks/streams.ts'
import { rowsOf, type World } from '../../world.ts'
import { newCallJournal } from '../journal.ts'
import { against, startWorkers, type WorkloadKind } from '../workload.ts'
import { Buyer } from './buyer.ts'
import { Organizer } from './organizer.ts'
import type { SaleJournal } from './sale-journal.ts'

const buyersAtOnce = 10
const sample = 15
/** Past the ten minutes of a hold, and a minute of grace. */
const pastHoldsMs = 13 * 60_000
const advanceTries = 5

const checks = [
  checkCalls,
  checkReservations,
  checkTickets,
  checkCharges,
  checkBookingProcess,
  checkNames,
  checkStreams,
  checkConsumers,
  checkDeadLetters,
]

/** Answers never contradicted each other, and are still the same. */
const checkAnswers = async (buyers: readonly Buyer[], journal: SaleJournal): Promise<Finding[]> => {
  const { add, findings } = finder('answers')
  for (const what of journal.contradictions) add('wrong', what)
  const people = new Map(buyers.map((buyer) => [buyer.userId, buyer]))
  for (const record of journal.reservations.slice(-sample)) {
    const problem = await people.get(record.userId)?.ask(record, journal.event?.id ?? '')
    if (problem) add('wrong', problem, record.key)
  }
  return findings
}

// What is left to time ends when it passes; all else has somebody who sees to it.
const underWay = `select id, status, payment_status from reservations
  where status = 'PENDING' or payment_status in ('REFUNDING', 'REFUND_FAILED') or
    status = 'CONFIRMED' and cancel_reason is not null`

const awaited = async (world: World, { reservations }: SaleJournal, hasTimePassed: boolean): Promise<string[]> => {
  const left = new Set(hasTimePassed ? [] : reservations.filter(({ isLeft }) => isLeft).map(({ id }) => id))
  const rows = await rowsOf<{ id: string; status: string; payment_status: string }>(world, 'booking', underWay)
  const open = rows.filter(({ id }) => !left.has(id))
  const kinds = Map.groupBy(open, ({ status, payment_status }) => `${status} ${payment_status}`)
  return [...kinds].map(([kind, all]) => `${all.length} reservations ${kind}`)
}

const outcomeOf = async (world: World): Promise<Record<string, number>> => {
  const [row = {}] = await rowsOf<Record<string, string>>(
    world,
    'booking',
    `select count(*) as reservations, count(*) filter (where status = 'CONFIRMED') as confirmed,
       count(*) filter (where status = 'CANCELLED') as cancelled, count(*) filter (where status = 'EXPIRED') as expired,
       (select count(*) from tickets where status = 'VALID') as tickets from reservations`,
  )
  const [charges = {}] = await rowsOf<Record<string, string>>(
    world,
    'payment',
    `select count(*) filter (where status = 'SUCCEEDED') as charges,
       (select count(*) from sandbox_transfers where kind = 'refund' and status = 'DONE') as refunds from sandbox_charges`,
  )
  return Object.fromEntries(Object.entries({ ...row, ...charges }).map(([what, n]) => [what, Number(n)]))
}

/** Buyers who come for the tickets of one event, half of the time through a waiting room. */
export const onSale: WorkloadKind = {
  name: 'on-sale',
  replicas: replicas(1),
  together: ['identity', 'access', 'catalog', 'story', 'subscription', 'notification'],
  faults: ['kill', 'freeze', 'failpoint', 'postgres-crash', 'nats-kill'],
  start: (url, operator, random) => {
    const journal: SaleJournal = { ...newCallJournal(), event: undefined, buyers: [], reservations: [] }
    const buyers: Buyer[] = []
    const hasRoom = random.chance(0.5)
    let published: ReturnType<Organizer['putOnSale']> | undefined
    let hasTimePassed = false
    const working = startWorkers(
      buyersAtOnce,
      random,
      async ({ random: own, stopping, abandoning: signal, hasBegun }) => {
        const common = { url, journal, random: own, signal }
        published ??= new Organizer(common).putOnSale(hasRoom)
        const event = await published
        if (!event) return
        journal.event = event
        while (!stopping.aborted) {
          const buyer = new Buyer({ ...common, stopping })
          buyers.push(buyer)
          if (!(await buyer.begin())) return
          for (let left = own.int(2, 6); left > 0 && !stopping.aborted; left -= 1) {
            await buyer.buy(event)
            hasBegun()
          }
        }
      },
    )
    let isDone = false
    const done = working.done.then(() => {
      isDone = true
    })
    return {
      journal,
      ...working,
      done,
      awaited: async (world) => [...(isDone ? [] : ['buyers']), ...(await awaited(world, journal, hasTimePassed))],
      passTime: async () => {
        for (let tries = 1; ; tries += 1) {
          try {
            await operator.advanceClock(pastHoldsMs)
            break
          } catch (error) {
            if (tries === advanceTries) throw error
          }
        }
        hasTimePassed = true
      },
      checks: against(journal, checks),
      checkAnswers: () => checkAnswers(buyers, journal),
      outcome: outcomeOf,
    }
  },
}
