import type { DeliveryState } from '../domain/delivery-state.ts'
import type { Ports } from './ports.ts'
import { type Prepared, whyNotRendered } from './prepare.ts'

/** No zone is known of who need not be on the platform. */
const timeZone = 'UTC'

/** Asks where an invitation goes and what it says: whom it is for has no account that could tell. */
export const prepareInvitation = async (
  { invitations, renderer }: Pick<Ports, 'invitations' | 'renderer'>,
  { recipientId, channel, template, data }: DeliveryState,
): Promise<Prepared> => {
  const letter = await invitations.letter(recipientId, Number(data.sending))
  if ('reason' in letter) return { kind: 'fail', reason: letter.reason }
  const { email, phone, url, expiresAt: expires, language } = letter
  const address = channel === 'sms' ? phone : email
  if (address === '') return { kind: 'fail', reason: 'NO_ADDRESS' }
  const extra = { url, expires, host: letter.hostName, title: letter.storyTitle, character: letter.characterName }
  const request = { template, data, extra, names: new Map<string, string>(), language, timeZone }
  try {
    const message =
      channel === 'sms'
        ? { subject: '', html: '', text: '', ...(await renderer.brief(request)) }
        : await renderer.mail({ ...request, unsubscribeUrl: undefined })
    return { kind: 'send', address, message, headers: {} }
  } catch (error) {
    return { kind: 'fail', ...whyNotRendered(error) }
  }
}
