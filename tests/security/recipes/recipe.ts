import type { Fields } from '../call.ts'
import type { Gone } from '../stage/gone.ts'
import type { Person } from '../stage/people.ts'
import type { Stage } from '../stage/stage.ts'

/** Whom and what a recipe may use. */
export interface Scene {
  stage: Stage
  /** Whose rightful request it is. */
  person: Person
  /** People whose account or session ended less than ten minutes ago. */
  gone: Record<Gone, Person>
}

/** A request that must be refused although everything else about it is right, and beside it the right one. */
export interface Trespass {
  /** What is wrong with it. */
  name: string
  /** The field that should not open what it opens, by the contract's name. */
  field: string
  fields: Fields
  /** Who sends both; nobody when empty. */
  token?: string
  right: Fields
}

/** How to bring about the request that the rightful caller of an rpc may make. */
export interface Recipe {
  /**
   * Makes what must exist first, and gives the fields that say so; the others follow from the contract. Called once for
   * every person who shall make the request.
   */
  fields?: (scene: Scene) => Promise<Fields> | Fields
  /**
   * What each id field opens. Unless said, it is `owned`: its owner's alone. `open` is for everybody who may call at
   * all; `trespass` is tried by requests of the recipe's own.
   */
  ids?: Readonly<Record<string, 'owned' | 'open' | 'trespass'>>
  /** Of a public rpc: what the fields name is not public, so its owner is the rightful caller. */
  isPrivate?: boolean
  /** A request takes effect once, whoever sends it: each try needs a new one. */
  isOnce?: boolean
  /** Signs in anew for the request: it ends the session, or the account. */
  needsOwnPerson?: boolean
  /** Requests beside the generated ones. */
  trespasses?: (scene: Scene, another: Person) => Promise<Trespass[]>
  /** Codes beside UNAUTHENTICATED, PERMISSION_DENIED and NOT_FOUND that refuse without telling why. */
  refusals?: readonly string[]
}

/** By the rpc's name, e.g. `troupe.story.v1.StoryService/GetStory`. */
export type Recipes = Readonly<Record<string, Recipe>>

/** Recipes of one service. */
export const ofService = (service: string, recipes: Recipes): Recipes =>
  Object.fromEntries(Object.entries(recipes).map(([method, recipe]) => [`${service}/${method}`, recipe]))
