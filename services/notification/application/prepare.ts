import { DomainError } from '#shared/domain/errors.ts'
import type { Data, DeliveryState } from '../domain/delivery-state.ts'
import { digestKind, isAlwaysSent } from '../domain/kinds.ts'
import type { Mail } from '../domain/ports.ts'
import { modeOf, noWishes, type Wishes } from '../domain/preference.ts'
import { outsideQuietHours } from '../domain/schedule.ts'
import type { Contact } from './people-ports.ts'
import type { Ports } from './ports.ts'
import { isOutdated } from './remind.ts'
import { readingOf } from './tell.ts'
import type { Extra, Rendered } from './template-ports.ts'

/** Why something is not sent, and will not be. */
export interface Failure {
  reason: string
  detail?: string
}

/** What is to become of a delivery that is due. */
export type Prepared =
  | ({ kind: 'fail' } & Failure)
  | { kind: 'postpone'; at: Date }
  | { kind: 'send'; message: Rendered; address: string; headers: Mail['headers'] }

/** Names of the people whom data tells of. */
export const namesIn = async (
  { people }: Pick<Ports, 'people'>,
  all: readonly Data[],
): Promise<Map<string, string>> => {
  const ids = all.flatMap((data) =>
    Object.values(data).flatMap((value) => (value instanceof Object && 'person' in value ? [value.person] : [])),
  )
  const known = ids.length > 0 ? await people.find([...new Set(ids)]) : new Map()
  return new Map([...known.values()].map(({ userId, displayName }) => [userId, displayName]))
}

/** Why a text cannot be made, now or later. Throws on what may pass, such as a storage that is away. */
export const whyNotRendered = (error: unknown): Failure => {
  if (!(error instanceof DomainError) || error.kind === 'unavailable') throw error
  return { reason: error.reason, detail: error.message }
}

const linkKinds = new Set(['email_verification', 'password_reset'])

interface Due {
  state: DeliveryState
  contact: Contact
  wishes: Wishes
}

const stillWanted = ({ state, wishes }: Due): boolean =>
  state.kind === digestKind || modeOf(wishes, state.kind, state.channel) !== 'off'

const rendered = async (
  ports: Ports,
  { state, contact, wishes }: Due,
  extra: Extra,
): Promise<Pick<Prepared & { kind: 'send' }, 'message' | 'headers'>> => {
  const { renderer, links, unsubscribeTokens } = ports
  const request = {
    template: state.template,
    data: state.data,
    extra: { name: contact.displayName, ...extra },
    names: await namesIn(ports, [state.data]),
    ...readingOf(wishes, contact),
  }
  if (state.channel !== 'email') {
    return { message: { subject: '', html: '', text: '', ...(await renderer.brief(request)) }, headers: {} }
  }
  if (isAlwaysSent(state.kind))
    return { message: await renderer.mail({ ...request, unsubscribeUrl: undefined }), headers: {} }
  const url = links.unsubscribe(unsubscribeTokens.of(state.recipientId, state.kind))
  const headers = { 'List-Unsubscribe': `<${url}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }
  return { message: await renderer.mail({ ...request, unsubscribeUrl: url }), headers }
}

/** Looks once more at what is due: whether it is still wanted and when, where it goes, and what it says. */
export const prepare =
  (ports: Ports) =>
  async (state: DeliveryState, extra: Extra = {}): Promise<Prepared> => {
    const { contacts, preferences, clock } = ports
    const contact = await contacts.find(state.recipientId)
    if (!contact) return { kind: 'fail', reason: 'NO_ACCOUNT' }
    const wishes = (await preferences.wishesOf([state.recipientId])).get(state.recipientId) ?? noWishes
    const due = { state, contact, wishes }
    if (!stillWanted(due)) return { kind: 'fail', reason: 'SWITCHED_OFF' }
    if (await isOutdated(ports, state)) return { kind: 'fail', reason: 'OUTDATED' }
    const now = clock.now()
    const at = outsideQuietHours(now, state, wishes, readingOf(wishes, contact).timeZone)
    if (at > now) return { kind: 'postpone', at }
    let address = state.channel === 'sms' ? contact.phone : state.channel === 'email' ? contact.email : ''
    let linked: Extra = {}
    if (linkKinds.has(state.kind)) {
      const link = await contacts.link(String(state.data.request))
      if ('reason' in link) return { kind: 'fail', reason: link.reason }
      address = link.email
      linked = { url: link.url, expires: link.expiresAt }
    }
    if (address === '' && state.channel !== 'push') return { kind: 'fail', reason: 'NO_ADDRESS' }
    try {
      return { kind: 'send', address, ...(await rendered(ports, due, { ...linked, ...extra })) }
    } catch (error) {
      return { kind: 'fail', ...whyNotRendered(error) }
    }
  }
