import type { Cast } from './cast.ts'
import type { Entity } from './entity.ts'
import type { Language } from './language.ts'
import type { Mention } from './mention.ts'
import type { Scene } from './scene.ts'

/** What the rules that say whom a noun means look at. */
export interface Stage {
  readonly cast: Cast
  readonly language: Language
  readonly scene: Scene
  /** The entity that an id stands for by now. */
  readonly get: (id: number) => Entity
  /** All that a noun is used for, one by one. */
  readonly variants: (lemma: string) => Entity[]
  /** Nouns that the text uses with a definite article somewhere. */
  readonly lemmas: ReadonlySet<string>
  /** The entity that goes by this noun, a new one if need be. */
  readonly own: (mention: Mention, lemma: string) => Entity
}
