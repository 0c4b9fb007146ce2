import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { assemble } from '../service.ts'
import { codeOf } from './authenticator-app.ts'
import { goodPassword, newPerson, openIdentity, type TestIdentity } from './fixture.ts'

let identity: TestIdentity
beforeAll(async () => {
  identity = await openIdentity('identity_races')
})
afterAll(() => identity.close())

const refused = (reason: string) => expect.objectContaining({ name: 'DomainError', reason })
const device = { device: 'browser', address: '192.0.2.1' }
const newPassword = 'a-better-password-than-before'

const newOwner = async () => {
  const { id, email, tokens } = await newPerson(identity)
  return { email, userId: id, sessionId: String(decodeJwt(tokens.access.token).sid), address: device.address }
}
type Owner = Awaited<ReturnType<typeof newOwner>>

/** Somebody who signs in by another provider only. */
const newOwnerWithoutPassword = async () => {
  const owner = await newOwner()
  await identity.database.sql(
    `update users set password_hash = null, oauth_providers = '{acme}' where id = $1`,
    owner.userId,
  )
  return owner
}

const tokenToReset = async ({ userId, email }: Owner) => {
  const { app, call } = identity
  await call(() => app.requestPasswordReset(email))
  const [row] = await identity.database.sql<{ id: string }>(
    `select id from mailed_links where user_id = $1 and purpose = 'reset-password' and status = 'open'`,
    userId,
  )
  const { url } = await call(() => app.getActionLink(row?.id ?? ''))
  return new URL(url).searchParams.get('token') ?? ''
}

type Moment = 'before it begins' | 'before it commits'
const moments: Moment[] = ['before it begins', 'before it commits']

/** Runs what goes on in a unit, and once, at a moment of its first run, something else that is committed by itself. */
const interrupted = (moment: Moment, meanwhile: () => Promise<unknown>) => {
  let isOver = false
  const interrupt = async (now: Moment) => {
    if (isOver || now !== moment) return
    isOver = true
    await meanwhile()
  }
  return async <T>(unit: () => Promise<T>): Promise<T> => {
    await interrupt('before it begins')
    const result = await unit()
    await interrupt('before it commits')
    return result
  }
}

/** Identity as it is, but for units of its own being interrupted. */
const appWhere = async (around: ReturnType<typeof interrupted>) => {
  const made = identity.kernel()
  const write: Kernel['write'] = (key, handler) => made.write(key, (...given) => around(() => handler(...given)))
  return (await assemble({ ...made, write })).app
}

const liveKeys = async (userId: string) => {
  const { app, call } = identity
  return (await call(() => app.listApiKeys(userId, { pageSize: 0, pageToken: '' }))).items
}

const logout = ({ sessionId }: Owner) => identity.call(() => identity.app.logout(sessionId))
const reset = (token: string) => identity.call(() => identity.app.resetPassword(token, newPassword))

describe.each(moments)('a session that ends %s', (moment) => {
  const appFor = (owner: Owner) => appWhere(interrupted(moment, () => logout(owner)))

  it('sets no password of an account without one', async () => {
    const owner = await newOwnerWithoutPassword()
    const app = await appFor(owner)
    await expect(identity.call(() => app.changePassword(owner, '', newPassword))).rejects.toEqual(
      refused('SESSION_ENDED'),
    )
    await expect(identity.call(() => app.login(owner.email, newPassword, device))).rejects.toEqual(
      refused('INVALID_CREDENTIALS'),
    )
  })

  it('sets up no authenticator app, and switches none off', async () => {
    const owner = await newOwnerWithoutPassword()
    const app = await appFor(owner)
    await expect(identity.call(() => app.enrollTotp(owner, ''))).rejects.toEqual(refused('SESSION_ENDED'))
    expect(await identity.database.sql('select 1 from second_factors where id = $1', owner.userId)).toEqual([])
    const careful = await newOwner()
    const { secret } = await identity.call(() => identity.app.enrollTotp(careful, goodPassword))
    const code = (later = 0) => codeOf(secret, identity.clock.now(), later)
    await identity.call(() => identity.app.confirmTotp(careful, code()))
    const later = await appFor(careful)
    await expect(identity.call(() => later.disableTotp(careful, code(1)))).rejects.toEqual(refused('SESSION_ENDED'))
    expect((await identity.call(() => identity.app.getMe(careful.userId))).hasTotp).toBe(true)
  })

  it('deletes no account', async () => {
    const owner = await newOwnerWithoutPassword()
    const app = await appFor(owner)
    await expect(identity.call(() => app.deleteUser(owner, ''))).rejects.toEqual(refused('SESSION_ENDED'))
    expect(await identity.call(() => identity.app.getMe(owner.userId))).toMatchObject({ id: owner.userId })
  })

  it('makes no API key, and confirms no app', async () => {
    const owner = await newOwner()
    const { secret } = await identity.call(() => identity.app.enrollTotp(owner, goodPassword))
    const confirming = interrupted(moment, () => logout(owner))
    const code = codeOf(secret, identity.clock.now())
    await expect(identity.call(() => confirming(() => identity.app.confirmTotp(owner, code)))).rejects.toEqual(
      refused('SESSION_ENDED'),
    )
    const other = await newOwner()
    const making = interrupted(moment, () => logout(other))
    const input = { name: 'ci', scopes: ['read'] }
    await expect(identity.call(() => making(() => identity.app.createApiKey(other, input)))).rejects.toEqual(
      refused('SESSION_ENDED'),
    )
    expect(await liveKeys(other.userId)).toEqual([])
  })
})

describe('a key that is made while the password is replaced by mail', () => {
  const input = { name: 'of a thief', scopes: ['read'] }

  it('is none where the password comes first', async () => {
    const owner = await newOwner()
    const token = await tokenToReset(owner)
    const making = interrupted('before it commits', () => reset(token))
    await expect(identity.call(() => making(() => identity.app.createApiKey(owner, input)))).rejects.toEqual(
      refused('SESSION_ENDED'),
    )
    expect(await liveKeys(owner.userId)).toEqual([])
  })

  it('ends where the key comes first', async () => {
    const owner = await newOwner()
    const token = await tokenToReset(owner)
    const app = await appWhere(
      interrupted('before it commits', () => identity.call(() => identity.app.createApiKey(owner, input))),
    )
    await identity.call(() => app.resetPassword(token, newPassword))
    expect(await liveKeys(owner.userId)).toEqual([])
    expect(await identity.events(owner.userId)).toContain('PasswordChanged')
  })
})
