import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recordedEvents } from '#shared/domain/aggregate.ts'
import { Email } from '#shared/domain/email.ts'
import { mustReach } from '../domain/operator.ts'
import { PostalAddress } from '../domain/postal-address.ts'
import { User } from '../domain/user.ts'

const now = new Date('2026-11-20T10:00:00Z')
const base = { id: 'u1', email: Email.parse('Ann@Example.com'), displayName: 'Ann', source: 'web' }
const withPassword = () => User.register({ ...base, passwordHash: 'hash' }, now)
const withGoogle = () => User.register({ ...base, oauthProvider: 'google' }, now)
const events = (user: User) => recordedEvents(user).map(({ schema }) => schema.name)
const refused = (reason: string) => expect.objectContaining({ reason })

describe('an account', () => {
  it('needs something to sign in with', () => {
    expect(() => User.register(base, now)).toThrow('something to sign in with')
  })

  it('keeps a name of 1–100 visible characters', () => {
    const name = (displayName: string) => User.register({ ...base, passwordHash: 'hash', displayName }, now).displayName
    expect(name('  Zoë ')).toBe('Zoë')
    expect(name('🎭'.repeat(100))).toHaveLength(200)
    for (const bad of ['', ' \t ', 'x'.repeat(101)]) expect(() => name(bad)).toThrow(refused('INVALID_DISPLAY_NAME'))
  })

  it('never loses its last way in', () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.array(fc.record({ link: fc.boolean(), provider: fc.constantFrom('google', 'acme', 'facebook') })),
        (hasPassword, steps) => {
          const user = hasPassword ? withPassword() : withGoogle()
          const links = new Set(user.oauthProviders)
          for (const { link, provider } of steps) {
            const isAllowed = link ? !links.has(provider) : links.has(provider) && (hasPassword || links.size > 1)
            const act = () => (link ? user.link(provider) : user.unlink(provider))
            if (!isAllowed) expect(act).toThrow()
            else {
              act()
              if (link) links.add(provider)
              else links.delete(provider)
            }
            expect(new Set(user.oauthProviders)).toEqual(links)
            expect(hasPassword || user.oauthProviders.length > 0).toBe(true)
          }
        },
      ),
    )
    expect(() => withGoogle().unlink('google')).toThrow(refused('LAST_SIGN_IN_METHOD'))
    expect(() => withPassword().unlink('google')).toThrow(refused('OAUTH_LINK_NOT_FOUND'))
    expect(() => withGoogle().link('google')).toThrow(refused('PROVIDER_ALREADY_LINKED'))
  })

  const operator = { userId: 'operator', roles: ['customer-support'] }

  it('that holds a role is out of reach of whoever does not hold it', () => {
    const user = withPassword()
    for (const role of ['member', 'admin', 'admin']) user.noteRole(role, true)
    expect(user.roles).toEqual(['admin'])
    expect(() => user.suspend(operator, 'spam', now)).toThrow(refused('BEYOND_CALLER'))
    user.suspend({ userId: 'other', roles: ['super-admin'] }, 'spam', now)
    expect(() => user.reactivate(operator)).toThrow(refused('BEYOND_CALLER'))
    user.reactivate({ userId: 'peer', roles: ['admin'] })
    user.noteRole('admin', false)
    user.noteRole('admin', false)
    user.suspend(operator, 'spam', now)
    expect(user).toMatchObject({ isActive: false, roles: [] })
  })

  const role = fc.constantFrom('member', 'admin', 'super-admin', 'author', 'customer-support')
  const roles = fc.uniqueArray(role)

  it('holds just the roles that it was last told to hold, whatever it was told before and how often', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ name: role, isHeld: fc.boolean() })), (steps) => {
        const user = withPassword()
        const held = new Set<string>()
        for (const { name, isHeld } of steps) {
          user.noteRole(name, isHeld)
          if (isHeld) held.add(name)
          else held.delete(name)
          held.delete('member')
          expect(user.roles.toSorted()).toEqual([...held].toSorted())
        }
        expect(events(user)).toEqual(['UserRegistered'])
      }),
    )
  })

  it('is in reach of who holds all its roles, and of super-admins, and of nobody else', () => {
    fc.assert(
      fc.property(roles, roles, (mine, theirs) => {
        const reaches = () => mustReach({ userId: 'operator', roles: mine }, theirs)
        if (mine.includes('super-admin') || theirs.every((each) => mine.includes(each))) expect(reaches).not.toThrow()
        else expect(reaches).toThrow(refused('BEYOND_CALLER'))
      }),
    )
  })

  it('that is suspended changes nothing until it is reactivated', () => {
    const user = withPassword()
    user.suspend(operator, 'spam', now)
    user.suspend(operator, 'again', now)
    expect(user).toMatchObject({ isActive: false, suspensionReason: 'spam' })
    for (const act of [
      () => user.signIn('s', 'password', now),
      () => user.changePassword('other', now),
      () => user.updateProfile({ bio: 'x' }),
      () => user.switchTotp(true, now),
      () => user.updatePreferences({}),
      () => user.updateContact('', undefined),
      () => user.link('google'),
    ]) {
      expect(act).toThrow(refused('USER_SUSPENDED'))
    }
    expect(() => user.reactivate({ userId: user.id, roles: [] })).toThrow(refused('OWN_ACCOUNT'))
    user.reactivate(operator)
    user.reactivate(operator)
    user.signIn('s', 'password', now)
    expect(events(user)).toEqual(['UserRegistered', 'UserSuspended', 'UserReactivated', 'UserAuthenticated'])
  })

  it('tells of codes that are asked for, or are no more, each time that this changes', () => {
    const user = withPassword()
    for (const isOn of [false, true, true, false, false, true]) user.switchTotp(isOn, now)
    expect(events(user)).toEqual(['UserRegistered', 'TotpEnabled', 'TotpDisabled', 'TotpEnabled'])
  })

  it('tells others only of what they can see', () => {
    const user = withPassword()
    user.updateProfile({ bio: 'private to here' })
    user.updateProfile({ displayName: 'Ann' })
    user.updatePreferences({ language: 'EN' })
    expect(events(user)).toEqual(['UserRegistered'])
    user.updateProfile({ displayName: 'Bea', avatarUrl: 'https://example.com/b.png' })
    user.updatePreferences({ language: 'de', timeZone: 'Europe/Vienna' })
    const [, , last] = recordedEvents(user)
    expect(last?.message).toMatchObject({ displayName: 'Bea', language: 'de', timeZone: 'Europe/Vienna' })
  })
})

describe('a postal address', () => {
  it('has lines, a city and a country', () => {
    const good = { lines: [' Ring 1 ', ''], city: ' Wien ', region: '', postalCode: '1010', country: 'AT' }
    expect({ ...PostalAddress.of(good) }).toEqual({ ...good, lines: ['Ring 1'], city: 'Wien' })
    for (const bad of [
      { lines: [] },
      { lines: Array(6).fill('x') },
      { city: ' ' },
      { country: 'at' },
      { country: '' },
    ]) {
      expect(() => PostalAddress.of({ ...good, ...bad })).toThrow(refused('INVALID_ADDRESS'))
    }
  })
})
