import { Email } from '#shared/domain/email.ts'
import { DomainError, precondition } from '#shared/domain/errors.ts'
import { languageTag } from '#shared/domain/language-tag.ts'
import type { ExternalAccount, SignInReturn } from '../domain/oauth.ts'
import type { Device } from '../domain/session.ts'
import { User } from '../domain/user.ts'
import { completePassed, passedForMs } from './complete-passed.ts'
import type { Ports } from './ports.ts'
import { redeemSignIn, stateInvalid } from './redeem-sign-in.ts'
import { issueLink } from './request-link.ts'
import { type SignedIn, signIn } from './sign-in.ts'

const languageOf = (tag: string | undefined): string => {
  try {
    return languageTag(tag || 'en')
  } catch {
    return 'en'
  }
}

const register = async (ports: Ports, account: ExternalAccount): Promise<User> => {
  const { users, links, ids, clock } = ports
  if (!account.email) {
    throw precondition(
      'OAUTH_EMAIL_MISSING',
      `${account.provider} did not tell an e-mail address; allow it and try again`,
    )
  }
  const email = Email.parse(account.email)
  if (await users.findByEmail(email)) {
    throw precondition('EMAIL_BELONGS_TO_ACCOUNT', 'an account has this address; sign in there and link it')
  }
  const now = clock.now()
  const name = account.displayName?.trim() || (email.value.split('@')[0] as string)
  const user = User.register(
    {
      id: ids.next(),
      email,
      emailVerified: account.emailVerified,
      displayName: [...name].slice(0, 100).join(''),
      language: languageOf(account.language),
      source: `oauth:${account.provider}`,
      oauthProvider: account.provider,
    },
    now,
  )
  users.add(user)
  links.add(user.id, account, now)
  if (!user.emailVerified) issueLink(ports, user, 'verify-email')
  return user
}

const isRace = (error: unknown): boolean =>
  error instanceof DomainError && (error.reason === 'EMAIL_TAKEN' || error.reason === 'OAUTH_ACCOUNT_TAKEN')

/**
 * Ends a sign-in at another provider: opens an account on first use, and a session. Where the account asks for codes
 * and there is none, or a wrong one, the very same call may be made again with one. Throws EMAIL_BELONGS_TO_ACCOUNT,
 * OAUTH_EMAIL_MISSING, USER_SUSPENDED, TOTP_REQUIRED, TOTP_INVALID, and what redeeming throws.
 */
export const completeOAuth =
  (ports: Ports) =>
  async (back: SignInReturn, device: Device, totp = ''): Promise<SignedIn & { registered: boolean }> => {
    const { users, links, passedSignIns, clock, apart, inTurn } = ports
    const finish = async () => {
      const signedIn = await completePassed(ports, back, totp, device)
      return signedIn && { ...signedIn, registered: false }
    }
    const finished = await finish()
    if (finished) return finished
    // Begun to link, it is not good for signing in.
    const account = await redeemSignIn(ports, back, ({ userId }) => userId === undefined)
    const enter = async () => {
      const owner = await links.ownerOf(account)
      const user = owner === undefined ? await register(ports, account) : await users.get(owner)
      if (user.hasTotp) {
        const expiresAt = new Date(clock.now().getTime() + passedForMs)
        passedSignIns.add(back, { userId: user.id, provider: account.provider }, expiresAt)
        return undefined
      }
      const signedIn = await signIn(ports, user, `oauth:${account.provider}`, device)
      return { ...signedIn, registered: owner === undefined }
    }
    const commit = () => apart('sign-in', enter)
    // Who opened the account at the same moment may have been the same person in another tab.
    const entered = await inTurn(`${account.provider}:${account.subject}`, () =>
      commit().catch((error) => (isRace(error) ? commit() : Promise.reject(error))),
    )
    const signedIn = entered ?? (await finish())
    if (!signedIn) throw stateInvalid()
    return signedIn
  }
