import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import { MailedLink, type MailedLinks } from '../domain/mailed-link.ts'

/** The links in the database. */
export const createMailedLinks = (unit: () => UnitOfWork): MailedLinks => ({
  find: (id) => unit().find(MailedLink, id),
  openOf: (userId) => unit().select(MailedLink, `user_id = $1 and status = 'open'`, userId),
  add: (link) => unit().add(link),
})
