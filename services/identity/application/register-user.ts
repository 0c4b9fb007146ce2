import { Email } from '#shared/domain/email.ts'
import { checkPassword } from '../domain/password-policy.ts'
import { User } from '../domain/user.ts'
import type { Ports } from './ports.ts'
import { issueLink } from './request-link.ts'

interface RegisterUser {
  email: string
  password: string
  displayName: string
  language: string
  source: string
}

/** Opens an account, and has a link mailed that verifies its address. Throws EMAIL_TAKEN, PASSWORD_TOO_COMMON, and what a malformed field asks for. */
export const registerUser =
  (ports: Ports) =>
  async ({ password, source, ...input }: RegisterUser): Promise<User> => {
    const { users, passwords, ids, clock, about } = ports
    const email = Email.parse(input.email)
    checkPassword(password, email)
    const { displayName, language } = input
    const passwordHash = await passwords.hash(password)
    const user = User.register(
      { id: ids.next(), email, displayName, language, source: source || 'api', passwordHash },
      clock.now(),
    )
    about(user.id)
    users.add(user)
    issueLink(ports, user, 'verify-email')
    return user
  }
