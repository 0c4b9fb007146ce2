import { type LinkPurpose, MailedLink } from '../domain/mailed-link.ts'
import type { User } from '../domain/user.ts'
import type { Ports } from './ports.ts'

/** Makes a link for somebody who has none of this purpose yet, and tells so that it is mailed. Throws USER_SUSPENDED. */
export const issueLink = ({ mailedLinks, ids, clock }: Ports, user: User, purpose: LinkPurpose): void => {
  const link = MailedLink.request({ id: ids.next(), userId: user.id, purpose }, clock.now())
  user.requestLink(link)
  mailedLinks.add(link)
}

/** As `issueLink`; links of the purpose that were mailed before count no more. Throws EMAIL_ALREADY_VERIFIED, USER_SUSPENDED. */
export const replaceLink = async (ports: Ports, user: User, purpose: LinkPurpose): Promise<void> => {
  issueLink(ports, user, purpose)
  for (const older of await ports.mailedLinks.openOf(user.id)) if (older.purpose === purpose) older.withdraw()
}

/** Makes all links useless that were mailed to a user. */
export const withdrawLinks = async ({ mailedLinks }: Ports, userId: string): Promise<void> => {
  for (const link of await mailedLinks.openOf(userId)) link.withdraw()
}
