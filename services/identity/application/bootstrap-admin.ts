import { Email } from '#shared/domain/email.ts'
import { DomainError, notFound } from '#shared/domain/errors.ts'
import { User } from '../domain/user.ts'
import type { Ports } from './ports.ts'

/** Opens the first operator's account where its address has none; several replicas may try at once. */
export const bootstrapAdmin =
  ({ users, passwords, ids, clock, apart }: Ports) =>
  async (account: { email: string; password: string }): Promise<void> => {
    const email = Email.parse(account.email)
    await apart('bootstrap-admin', async () => {
      if (await users.findByEmail(email)) return
      const user = User.register(
        {
          id: ids.next(),
          email,
          emailVerified: true,
          displayName: 'Administrator',
          source: 'bootstrap',
          passwordHash: await passwords.hash(account.password),
          roles: ['super-admin'],
        },
        clock.now(),
      )
      users.add(user)
    }).catch((error: unknown) => {
      const madeByAnother = error instanceof DomainError && error.reason === 'EMAIL_TAKEN'
      if (!madeByAnother) throw error
    })
  }

/**
 * The account that `bootstrapAdmin` opened, not one that somebody else had opened at that address before. Throws
 * USER_NOT_FOUND.
 */
export const getBootstrapAdmin =
  ({ users, bootstrapEmail }: Ports) =>
  async (): Promise<string> => {
    const user = bootstrapEmail ? await users.findByEmail(Email.parse(bootstrapEmail)) : undefined
    if (!user?.roles.includes('super-admin')) throw notFound('USER_NOT_FOUND', 'no setting has opened an account')
    return user.id
  }
