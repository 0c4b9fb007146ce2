import type { Delivery } from '../domain/delivery.ts'
import { digestKind } from '../domain/kinds.ts'
import { mostTries, pauseAfterSetback, pauseAfterTry } from '../domain/patience.ts'
import { gather } from './digest.ts'
import { follow } from './follow-digest.ts'
import { type HandedOver, handOver, suppressed } from './hand-over.ts'
import type { Ports } from './ports.ts'
import { type Prepared, prepare } from './prepare.ts'
import { prepareInvitation } from './prepare-invitation.ts'
import type { Extra } from './template-ports.ts'

/** Applies what came of handing over. Returns for how long it is to be left alone then. */
const settled = (ports: Ports, delivery: Delivery, { outcome, ...by }: HandedOver, madeFrom: string): number => {
  const now = ports.clock.now()
  if (outcome.kind === 'accepted') delivery.sent({ ...by, providerId: outcome.providerId, madeFrom }, now)
  if (outcome.kind === 'refused') delivery.fail(outcome.reason === suppressed ? suppressed : 'REFUSED', outcome.reason)
  if (outcome.kind === 'unreachable') {
    if (by.addressHash) ports.suppressions.add(by.addressHash, outcome.reason, now)
    delivery.bounce(true, outcome.reason, by.addressHash)
  }
  // Nobody is told twice because an answer was lost. Reports name the message by its key.
  if (outcome.kind === 'unknown') {
    delivery.sent({ ...by, providerId: delivery.id, madeFrom, doubt: outcome.reason }, now)
  }
  if (outcome.kind !== 'busy') return 0
  const { attempts, setbacks } = delivery.state
  if (outcome.needsMending) {
    delivery.hold(outcome.reason)
    return pauseAfterSetback(setbacks)
  }
  delivery.again(outcome.reason, mostTries(delivery.state))
  return pauseAfterTry(delivery.state, attempts, outcome.retryAfterMs)
}

/**
 * Notes that a message is about to be handed to a provider that would send it again. False when that was noted before,
 * by a process that ended since, or when the delivery is not pending any more.
 */
const mayHandOver = async ({ apart, deliveries }: Ports, id: string): Promise<boolean> => {
  let isFirst = false
  await apart('hand over', async () => {
    const delivery = await deliveries.find(id)
    isFirst = false
    if (!delivery?.isPending || delivery.state.handedOver) return
    isFirst = true
    deliveries.handOver(id)
  })
  return isFirst
}

/**
 * Sends a delivery that is due, and notes what came of it. Where a process ended between the two, a sender that knows
 * repeats is given the message again with the same key; of another it is not known whether it sent it.
 */
export const sendDelivery =
  (ports: Ports) =>
  async (id: string, signal: AbortSignal): Promise<void> => {
    const { apart, deliveries, devices, forgetMail, read, wakeWorkers } = ports
    const first = await read(() => deliveries.find(id))
    if (!first?.isPending) return
    const { state } = first
    const digest = state.kind === digestKind ? await read(() => gather(ports)(id, state.recipientId)) : undefined
    const extra: Extra = digest?.extra ?? {}
    const ready: Prepared =
      digest && digest.shown.length === 0
        ? { kind: 'fail', reason: 'NOTHING_TO_TELL' }
        : await (state.kind === 'invitation' ? prepareInvitation(ports, state) : prepare(ports)(state, extra))
    const handed =
      ready.kind === 'send' ? await handOver(ports, state, ready, () => mayHandOver(ports, id), signal) : undefined
    let isWhole = true
    await apart('settle', async () => {
      isWhole = true // the unit may be run again
      const delivery = await deliveries.find(id)
      if (!delivery?.isPending) return
      const shown = digest?.shown ?? []
      isWhole = (await deliveries.known(shown)).size === shown.length
      for (const dead of handed?.deadDevices ?? []) devices.remove(dead)
      let pause = 0
      if (ready.kind === 'fail') delivery.fail(ready.reason, ready.detail)
      else if (ready.kind === 'postpone') delivery.postpone(ready.at)
      else if (handed) pause = settled(ports, delivery, handed, ready.message.madeFrom)
      const items = digest && !delivery.isPending ? await follow(ports, delivery) : []
      deliveries.save([delivery, ...items], pause)
      if (delivery.state.itemsLeft) wakeWorkers()
    })
    // Who was erased meanwhile is not to be found in the mailbox either.
    if (handed && (!isWhole || !(await read(() => deliveries.find(id))))) await forgetMail(id)
  }
