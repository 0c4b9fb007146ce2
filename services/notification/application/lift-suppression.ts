import { notFound } from '#shared/domain/errors.ts'
import type { Ports } from './ports.ts'

/** Lets messages go to somebody's address again. Returns why they did not; empty where they did. Throws USER_NOT_FOUND. */
export const liftSuppression =
  ({ contacts, suppressions }: Ports) =>
  async (userId: string, channel: 'email' | 'sms'): Promise<string> => {
    const contact = await contacts.find(userId)
    if (!contact) throw notFound('USER_NOT_FOUND', 'there is no active account of this id')
    const addressHash = suppressions.hashOf(channel, channel === 'email' ? contact.email : contact.phone)
    const reason = await suppressions.reasonOf(addressHash)
    if (reason !== undefined) suppressions.lift(addressHash)
    return reason ?? ''
  }
