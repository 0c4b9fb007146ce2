import { notFound } from '#shared/domain/errors.ts'
import type { Ports } from './ports.ts'

/**
 * The link of a request, and the address that it may be mailed to. Throws LINK_NOT_FOUND, and LINK_USED, LINK_WITHDRAWN
 * or LINK_EXPIRED for what need not be mailed any more.
 */
export const getActionLink =
  ({ mailedLinks, linkTokens, linkUrl, users, clock }: Ports) =>
  async (requestId: string): Promise<{ url: string; email: string; expiresAt: Date }> => {
    const link = await mailedLinks.find(requestId)
    if (!link) throw notFound('LINK_NOT_FOUND', 'there is no such request')
    link.mustBeOpen(clock.now())
    const user = await users.get(link.userId)
    const url = linkUrl(link.purpose, linkTokens.of(link, user))
    return { url, email: user.email, expiresAt: link.expiresAt }
  }
