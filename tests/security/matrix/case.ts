import { decodeJwt } from 'jose'
import { callRpc, type Fields, type Outcome } from '../call.ts'
import { contractRequest } from '../contract-request.ts'
import { goodAssertion } from '../recipes/identity-scenes.ts'
import type { Recipe, Scene } from '../recipes/recipe.ts'
import type { Rpc } from '../rpcs.ts'
import type { Cast } from '../stage/cast.ts'
import { goodClaims } from '../stage/keys.ts'
import type { Person } from '../stage/people.ts'
import type { Stage } from '../stage/stage.ts'
import { forgedTokens } from './forged-tokens.ts'

/** Everything that the attempts on one rpc have in common. */
export interface Case {
  rpc: Rpc
  recipe: Recipe
  stage: Stage
  cast: Cast
  roles: readonly string[]
  sample: Sample
  /** Whose request it is, and somebody of the same standing. */
  person: Person
  another: Person
  /** Makes the rightful request of somebody. */
  build(of: Person): Promise<Fields>
  /** The token of the request's rightful caller; undefined for nobody. */
  rightfulToken(of: Person): Promise<string | undefined>
  send(fields: Fields, token?: string): Promise<Outcome>
  forged(): Promise<Readonly<Record<string, string>>>
  sceneOf(person: Person): Scene
}

/** Whether only the owner of what an rpc's request names may make it, and not everybody or the mesh's own staff. */
export const isOwners = ({ rpc: { rule }, recipe }: Pick<Case, 'rpc' | 'recipe'>): boolean =>
  rule.kind === 'authenticated' ||
  (rule.kind === 'permission' && rule.roles.includes('member')) ||
  (rule.kind === 'public' && (recipe.isPrivate === true || recipe.isOnce === true))

const subjectOf = async ({ rule }: Rpc, stage: Stage, person: Person): Promise<string | undefined> => {
  if (rule.kind === 'internal') return stage.tokenFor('service:story')
  if (rule.kind === 'permission' && !rule.roles.includes('member')) {
    return stage.tokenOf(rule.roles[0] ?? 'super-admin')
  }
  return person.token
}

interface Sample {
  share: number
  turn: number
}

/** What a case is made of. */
export interface CaseParts {
  rpc: Rpc
  recipe: Recipe
  stage: Stage
  cast: Cast
  roles: readonly string[]
  keysUrl: string
  /** Which of the other callers are tried: every `share`-th, beginning with the `turn`-th. */
  sample?: Sample
}

export const openCase = async ({ keysUrl, sample = { share: 1, turn: 0 }, ...parts }: CaseParts): Promise<Case> => {
  const { rpc, recipe, stage, cast } = parts
  const own = recipe.needsOwnPerson
  const [person, another] = own ? await Promise.all([stage.newPerson(), stage.newPerson()]) : [cast.ann, cast.ben]
  const sceneOf = (of: Person): Scene => ({ stage, person: of, gone: cast.gone })
  const isOpen = rpc.rule.kind === 'public' && !recipe.isPrivate
  return {
    ...parts,
    sample,
    person,
    another,
    sceneOf,
    build: async (of) => ({
      ...contractRequest(rpc.method.input, stage.clock.now()),
      ...(await recipe.fields?.(sceneOf(of))),
    }),
    rightfulToken: async (of) => (isOpen ? undefined : subjectOf(rpc, stage, of)),
    send: (fields, token) => callRpc(stage.transport(), rpc, fields, token ? { authorization: `Bearer ${token}` } : {}),
    forged: async () => {
      const genuine = (await subjectOf(rpc, stage, person)) ?? ''
      const said = decodeJwt(genuine)
      const claims = goodClaims(stage.clock.now(), String(said.sub), {
        ...(said.sid ? { sid: said.sid } : {}),
        // More than enough for whatever is asked, should it be believed.
        ...(said.roles ? { roles: ['super-admin', ...(said.roles as string[])] } : {}),
      })
      const others = {
        'a refresh token': person.refreshToken,
        'a service’s assertion': await goodAssertion(sceneOf(person)),
        ...cast.apiKeys.bad,
      }
      const { retiredKey } = cast
      return forgedTokens({ claims, key: await stage.signingKey(), retiredKey, keysUrl, genuine, others })
    },
  }
}
