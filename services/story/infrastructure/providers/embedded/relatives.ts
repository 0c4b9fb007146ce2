import { calledIn } from './address.ts'
import { isOld } from './ages.ts'
import type { Cast } from './cast.ts'
import type { Entity } from './entity.ts'
import type { Met } from './families.ts'
import type { Language } from './language.ts'
import type { ReadSentence, ReadSpan } from './reading.ts'
import type { Scene } from './scene.ts'

const TOLD = 2
const ANSWERED = 2
const HINTED = 1
const ENOUGH = 2

/** Collects who may be "the mother", "the grandfather": whose child is told of, who is called so or calls another so. */
export class Relatives {
  readonly #language: Language
  readonly #narrator: Entity
  readonly #votes = new Map<string, Map<Entity, number>>()
  /** By noun of kinship those who stand beside it in a sentence, and so are others. */
  readonly #apart = new Map<string, Set<Entity>>()
  /** "the king's son": what those are who have a relative, by their noun. */
  readonly #owners: { role: string; head: string }[] = []
  #awaited: { speaker: Entity; roles: readonly string[] } | undefined

  constructor(language: Language, narrator: Entity) {
    this.#language = language
    this.#narrator = narrator
  }

  /** "The queen kissed her son": she is a mother. */
  observe({ tokens }: ReadSentence, met: readonly Met[], scene: Scene): void {
    if (tokens.some(({ lower }) => this.#language.marrying?.has(lower))) this.#wed(met)
    for (const { mention, entity } of met) {
      const { noun, definiteness, start, plural } = mention
      if (noun?.kind !== 'kin') continue
      const apart = this.#apart.get(noun.lemma) ?? new Set()
      for (const other of met) if (other.entity !== entity && other.mention.kind !== 'pronoun') apart.add(other.entity)
      this.#apart.set(noun.lemma, apart)
      const owner = this.#language.noun(mention.owner?.split(' ').at(-1) ?? '')
      const role = owner?.gender && this.#language.inverse?.[noun.lemma]?.[owner.gender === 'm' ? 0 : 1]
      if (owner && role && !owner.plural) this.#owners.push({ role, head: owner.lemma })
      if (definiteness !== 'possessive') continue
      const holder =
        met.findLast((other) => other.mention.end <= start && !other.mention.oblique && other.entity !== entity)
          ?.entity ?? scene.subject
      if (holder && holder !== entity) this.#vote(this.#inverse(noun.lemma, holder, plural), holder, TOLD)
    }
  }

  /** "The king married her": she is his wife, and the queen. */
  #wed(met: readonly Met[]): void {
    const { kin } = this.#language
    const [m, f] = (['m', 'f'] as const).map(
      (gender) => met.find(({ entity }) => entity.gender === gender && !entity.plural)?.entity,
    )
    if (!m || !f) return
    this.#vote(kin.husband, m, TOLD)
    this.#vote(kin.wife, f, TOLD)
    if (m.heads.has(kin.king)) this.#vote(kin.queen, f, TOLD)
    if (m.heads.has(kin.prince)) this.#vote(kin.princess, f, TOLD)
    if (f.heads.has(kin.princess)) this.#vote(kin.prince, m, TOLD)
  }

  /** "Good night, mother!": said to the one who spoke before or will answer; who says "my son" is a parent. */
  hear(span: ReadSpan, speaker: Entity, before: Entity | undefined, nameKey: (text: string) => string): void {
    if (this.#awaited && this.#awaited.speaker !== speaker)
      for (const role of this.#awaited.roles) this.#vote(role, speaker, HINTED)
    const called = calledIn(span, this.#language)
    const roles = called.flatMap(({ kind, noun, text }) =>
      kind === 'name' ? [`name:${nameKey(text)}`] : noun?.kind === 'kin' && !noun.plural ? [noun.lemma] : [],
    )
    this.#awaited = roles.length > 0 ? { speaker, roles } : undefined
    for (const role of roles) {
      if (before && before !== speaker) this.#vote(role, before, ANSWERED)
      // Old people and priests call anybody "my son".
      if (!isOld(speaker, this.#language)) this.#vote(this.#inverse(role, speaker, false), speaker, HINTED)
    }
  }

  /** Names by which somebody without one is only ever called, with the head of that one. */
  bearers(cast: Cast): Map<string, string> {
    const bearers = new Map<string, string>()
    for (const { named, head, at, gender } of cast.alive) {
      const one = named && at.length === 0 ? this.meant(`name:${head}`, cast) : undefined
      if (one && !one.named && (gender === undefined || one.gender === gender)) bearers.set(head, one.head)
    }
    return bearers
  }

  /** The one a noun of kinship means by most that the text tells, if it is nobody of their own. */
  meant(role: string, cast: Cast): Entity | undefined {
    const get = (id: number): Entity => cast.get(id)
    const apart = new Set([...(this.#apart.get(role) ?? [])].map(({ id }) => get(id)))
    const sums = new Map<Entity, number>()
    for (const [entity, votes] of this.#votes.get(role) ?? [])
      sums.set(get(entity.id), (sums.get(get(entity.id)) ?? 0) + votes)
    for (const { head } of this.#owners.filter((one) => one.role === role)) {
      const owner = cast.alive.find(({ heads, plural }) => heads.has(head) && !plural)
      if (owner) sums.set(owner, (sums.get(owner) ?? 0) + TOLD)
    }
    const [first, second] = [...sums].sort((a, b) => b[1] - a[1])
    if (!first || (second && first[1] < ENOUGH) || first[1] === second?.[1] || apart.has(first[0])) return undefined
    return first[0].heads.has(role) ? undefined : first[0]
  }

  get roles(): string[] {
    return [...new Set([...this.#votes.keys(), ...this.#owners.map(({ role }) => role)])]
  }

  #inverse(lemma: string, { gender }: Entity, plural: boolean): string | undefined {
    const [m, f] = this.#language.inverse?.[lemma] ?? []
    return plural && m === f ? undefined : gender === 'm' ? m : gender === 'f' ? f : undefined
  }

  #vote(role: string | undefined, entity: Entity, votes: number): void {
    if (!role || entity === this.#narrator || entity.plural || role === `name:${entity.head}`) return
    const gender = this.#language.noun(role)?.gender
    if (!role.startsWith('name:') && (entity.gender === undefined || entity.gender !== gender)) return
    const sums = this.#votes.get(role) ?? new Map<Entity, number>()
    this.#votes.set(role, sums.set(entity, (sums.get(entity) ?? 0) + votes))
  }
}
