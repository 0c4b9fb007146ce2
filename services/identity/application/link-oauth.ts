import { alreadyExists } from '#shared/domain/errors.ts'
import type { SignInReturn } from '../domain/oauth.ts'
import type { User } from '../domain/user.ts'
import { mustHaveLiveSession, mustKeepLiveSession, type Owner } from './confirm-owner.ts'
import type { Ports } from './ports.ts'
import { redeemSignIn } from './redeem-sign-in.ts'

/**
 * Links the account of a sign-in that the same user began. Throws OAUTH_ACCOUNT_TAKEN when it belongs to another user,
 * PROVIDER_ALREADY_LINKED, SESSION_ENDED, and what redeeming throws.
 */
export const linkOAuth =
  (ports: Ports) =>
  async (owner: Owner, back: SignInReturn): Promise<User> => {
    const { users, links, clock, apart } = ports
    await mustHaveLiveSession(ports, owner)
    // Begun by anybody else, it would link a stranger's account: whoever lures the user here could sign in as them.
    const account = await redeemSignIn(ports, back, ({ userId }) => userId === owner.userId)
    return apart('link', async () => {
      // The provider may have taken its time.
      await mustKeepLiveSession(ports, owner)
      const user = await users.get(owner.userId)
      const linkedTo = await links.ownerOf(account)
      if (linkedTo === user.id) return user
      if (linkedTo !== undefined) throw alreadyExists('OAUTH_ACCOUNT_TAKEN', 'that account belongs to another user')
      user.link(account.provider)
      links.add(user.id, account, clock.now())
      return user
    })
  }

/** Removes a link. Throws OAUTH_LINK_NOT_FOUND, LAST_SIGN_IN_METHOD. */
export const unlinkOAuth =
  ({ users, links }: Ports) =>
  async (userId: string, provider: string): Promise<User> => {
    const user = await users.get(userId)
    user.unlink(provider)
    links.remove(user.id, provider)
    return user
  }
