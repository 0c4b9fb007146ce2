import { invalid, precondition } from '#shared/domain/errors.ts'
import type { LinkPurpose, MailedLink } from '../domain/mailed-link.ts'
import type { User } from '../domain/user.ts'
import type { Ports } from './ports.ts'

/**
 * The link that a token opens, and whose it is. Throws INVALID_LINK_TOKEN for what is no token at all; LINK_INVALID
 * alike for one that nobody was sent, of an account that is gone or of an address that it had before; LINK_USED,
 * LINK_WITHDRAWN, LINK_EXPIRED.
 */
export const openLink = async (
  { mailedLinks, linkTokens, users, clock }: Ports,
  purpose: LinkPurpose,
  token: string,
): Promise<{ link: MailedLink; user: User }> => {
  const claim = linkTokens.read(token)
  if (!claim) throw invalid('token', 'INVALID_LINK_TOKEN', 'must be the token of a mailed link, complete and unchanged')
  const link = await mailedLinks.find(claim.linkId)
  const user = link?.purpose === purpose ? await users.find(link.userId) : undefined
  if (!link || !user || !linkTokens.isGenuine(claim, link, user)) {
    throw precondition('LINK_INVALID', 'this link is not good; ask for another')
  }
  link.mustBeOpen(clock.now())
  return { link, user }
}
