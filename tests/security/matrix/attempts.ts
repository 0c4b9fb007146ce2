import { contextOf } from '../../../services/shared/infrastructure/event-codec.ts'
import { keyScopesOf } from '../../../services/shared/presentation/key-access.ts'
import { idFieldsOf } from '../id-fields.ts'
import { gone } from '../stage/gone.ts'
import { type Case, isOwners } from './case.ts'
import type { Attempt } from './cell.ts'

/** An attempt, and how to get the token that it is made with: undefined for none. */
export interface Try extends Attempt {
  token: () => Promise<string | undefined>
}

const no = { field: '', secrets: [] as readonly string[] }
const hidden = ['permission_denied', 'not_found']

/** What an answer must not contain, where neither a credential in the request nor an office entitles to it. */
const secretsOf = ({ rpc: { rule }, recipe, person }: Case): readonly string[] => {
  const isOpened = !recipe.isPrivate && Object.values(recipe.ids ?? {}).includes('trespass')
  const isStaffs = rule.kind === 'internal' || (rule.kind === 'permission' && !rule.roles.includes('member'))
  return isOpened || isStaffs ? [] : person.secrets
}

/** Tokens that prove nothing. */
const byForgery = async (of: Case): Promise<Try[]> =>
  Object.entries(await of.forged()).map(([name, token]) => ({
    ...no,
    attack: `a forged token: ${name}`,
    refusals: ['unauthenticated'],
    token: async () => token,
  }))

const byNobody = (of: Case): Try => {
  const { rpc, recipe } = of
  const refusals = rpc.rule.kind !== 'public' ? ['unauthenticated'] : recipe.isPrivate ? hidden : undefined
  return { ...no, attack: 'nobody', refusals, secrets: secretsOf(of), token: async () => undefined }
}

const byService = (of: Case): Try[] => {
  const { rpc, recipe, stage } = of
  if (rpc.rule.kind === 'internal') return []
  const refusals = rpc.rule.kind !== 'public' || recipe.isPrivate ? hidden : undefined
  const token = () => stage.tokenFor('service:story')
  return [{ ...no, attack: 'a service', refusals, secrets: secretsOf(of), token }]
}

/** A super-admin's good key, where no key may call; elsewhere one that lacks a scope, for each scope it takes. */
const byKey = ({ rpc, cast: { apiKeys } }: Case): Try[] => {
  const needed = keyScopesOf(rpc.method, rpc.rule)
  const attempt = (what: string, token: string): Try => ({
    ...no,
    attack: `an API key ${what}`,
    refusals: ['permission_denied'],
    token: async () => token,
  })
  if (!needed) return [attempt('with every scope', apiKeys.full)]
  return needed.map((scope) => attempt(`without the scope ${scope}`, apiKeys.without[scope]))
}

const byGuest = (of: Case): Try => {
  const { rpc, recipe, stage } = of
  const refusals = rpc.rule.kind !== 'public' || recipe.isPrivate ? hidden : undefined
  return { ...no, attack: 'a guest', refusals, secrets: secretsOf(of), token: stage.guestToken }
}

const needsToken = ({ rpc, recipe }: Case) => rpc.rule.kind !== 'public' || recipe.isPrivate === true

/** Another person, without any role and with each that there is. */
const byAnother = (of: Case, role = ''): Try => {
  const { rpc, recipe, stage, another } = of
  const { rule } = rpc
  const holds = rule.kind === 'permission' && (role === 'super-admin' || rule.roles.includes(role))
  const owned = isOwners(of) && needsToken(of) && ownedFields(of).length > 0
  const refusals = () => {
    if (rule.kind === 'internal') return ['permission_denied']
    if (rule.kind === 'permission' && !rule.roles.includes('member')) return holds ? undefined : ['permission_denied']
    return owned ? [...hidden, ...(recipe.refusals ?? [])] : undefined
  }
  return {
    ...no,
    attack: role ? `another user, ${role}` : 'another user',
    refusals: refusals(),
    secrets: secretsOf(of),
    token: async () => (role ? stage.tokenOf(role) : another.token),
  }
}

/** Whose session or account ended: the token says so nowhere, but every process hears of it. */
const byGone = ({ rpc, cast, stage }: Case): Try[] => {
  const tries = (people: Case['cast']['gone'], when: string): Try[] =>
    gone.map((how) => ({
      ...no,
      attack: `somebody ${how} ${when}`,
      refusals: ['unauthenticated'],
      token: async () => people[how].token,
    }))
  // A gateway of its own hosts no context, and so goes by the machine's time: to it no minutes have passed.
  const isGateways = stage.own.facts.split && !stage.databases.contexts.includes(contextOf(rpc.name))
  return [...(isGateways ? [] : tries(cast.longGone, 'eleven minutes ago')), ...tries(cast.gone, 'just now')]
}

/** The names of the request's id fields that are their owner's alone. */
export const ownedFields = ({ rpc, recipe }: Pick<Case, 'rpc' | 'recipe'>) =>
  idFieldsOf(rpc.method.input).filter(({ name, isPlace }) => !isPlace && (recipe.ids?.[name] ?? 'owned') === 'owned')

/** Everything that is tried with the request as its rightful caller makes it; in any sample nobody and another user. */
export const attemptsOn = async (of: Case): Promise<Try[]> => {
  const { share, turn } = of.sample
  const others = [
    ...byService(of),
    ...(await byForgery(of)),
    ...byKey(of),
    byGuest(of),
    ...of.roles.map((role) => byAnother(of, role)),
    ...byGone(of),
  ]
  const sample = others.filter((_, index) => (index + turn) % share === 0)
  return [byNobody(of), byAnother(of), ...sample]
}
