import type { DeliveryState } from '../domain/delivery-state.ts'
import type { Device } from '../domain/device.ts'
import { isAlwaysSent, isUnasked } from '../domain/kinds.ts'
import type { SendOutcome } from '../domain/ports.ts'
import { shortenTo } from '../domain/shorten.ts'
import { complained } from './delivery-ports.ts'
import type { Ports } from './ports.ts'
import type { Prepared } from './prepare.ts'

type Ready = Prepared & { kind: 'send' }

// What carriers join to one message, and Twilio takes: ten parts of 160.
const mostSmsCharacters = 1600

/** The reason for sending nothing to an address that took nothing before. */
export const suppressed = 'SUPPRESSED'

/** What came of handing a message over. */
export interface HandedOver {
  outcome: SendOutcome
  provider: string
  addressHash: string | undefined
  /** Devices that show nothing any more. */
  deadDevices: readonly string[]
}

const urlOf = ({ data }: DeliveryState, { links }: Ports): string | undefined =>
  typeof data.path === 'string' ? links.to(data.path) : undefined

const order: Readonly<Record<SendOutcome['kind'], number>> = {
  accepted: 0,
  unknown: 1,
  busy: 2,
  refused: 3,
  unreachable: 4,
}

const interrupted: SendOutcome = { kind: 'unknown', reason: 'a process ended while it was being sent' }

/** One push message goes to every device; one that takes it is enough. A device has a key of its own, so a repeat is known. */
const push = async (
  ports: Ports,
  state: DeliveryState,
  { message }: Ready,
  begin: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<HandedOver> => {
  const devices = await ports.read(() => ports.devices.of(state.recipientId))
  const first = devices.map(({ kind }) => ports.senders.push[kind]).find(({ knowsRepeats }) => !knowsRepeats)
  if (first && !(await begin())) {
    return { outcome: interrupted, provider: first.name, addressHash: undefined, deadDevices: [] }
  }
  const sendTo = async ({ id, kind, token, p256dh, auth }: Device) => {
    const sender = ports.senders.push[kind]
    const device = { kind, token, ...(p256dh && { p256dh }), ...(auth && { auth }) }
    const text = { title: message.title, body: message.short, url: urlOf(state, ports) }
    const data = { notificationId: state.id, kind: state.kind }
    return {
      id,
      provider: sender.name,
      outcome: await sender.send({ device, ...text, data }, `${state.id}:${id}`, signal),
    }
  }
  const results = await Promise.all(devices.map(sendTo))
  const best = results.toSorted((a, b) => order[a.outcome.kind] - order[b.outcome.kind])[0]
  return {
    outcome: best?.outcome ?? { kind: 'refused', reason: 'no device is registered any more' },
    provider: best?.provider ?? '',
    addressHash: undefined,
    deadDevices: results.filter(({ outcome }) => outcome.kind === 'unreachable').map(({ id }) => id),
  }
}

/**
 * Gives a message to whoever carries it, with the delivery's id as its key. `begin` is asked before a sender that would
 * send a repeat: where it says no, nothing is sent and the outcome is unknown.
 */
export const handOver = async (
  ports: Ports,
  state: DeliveryState,
  ready: Ready,
  begin: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<HandedOver> => {
  if (state.channel === 'push') return push(ports, state, ready, begin, signal)
  const { senders, suppressions } = ports
  const { message, address, headers } = ready
  const addressHash = suppressions.hashOf(state.channel, address)
  const sender = state.channel === 'sms' ? senders.sms : senders.email
  const reason = await suppressions.reasonOf(addressHash)
  const isOwed = isAlwaysSent(state.kind) && !isUnasked(state.kind)
  if (reason !== undefined && !(reason === complained && isOwed)) {
    const outcome = { kind: 'refused', reason: suppressed } as const
    return { outcome, provider: sender.name, addressHash, deadDevices: [] }
  }
  if (!sender.knowsRepeats && !(await begin())) {
    return { outcome: interrupted, provider: sender.name, addressHash, deadDevices: [] }
  }
  const { subject, html, text, language, title, short } = message
  const outcome =
    state.channel === 'sms'
      ? await senders.sms.send(
          { to: address, text: shortenTo(`${title}: ${short}`, mostSmsCharacters) },
          state.id,
          signal,
        )
      : await senders.email.send({ to: address, subject, html, text, language, headers }, state.id, signal)
  return { outcome, provider: sender.name, addressHash, deadDevices: [] }
}
