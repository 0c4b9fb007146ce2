import type { Entity } from './entity.ts'
import type { Language } from './language.ts'
import type { Mention } from './mention.ts'

const bump = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

/** The entities of one story; remembers who has been merged into whom. */
export class Cast {
  readonly entities: Entity[] = []
  readonly #language: Language
  readonly #merged = new Map<number, number>()
  #alive: Entity[] = []

  constructor(language: Language) {
    this.#language = language
  }

  create(mention: Mention, head: string, traits: Map<string, string>): Entity {
    const entity: Entity = {
      id: this.entities.length,
      head,
      heads: new Set([head]),
      named: mention.kind === 'name',
      noun: mention.noun,
      gender: mention.gender,
      neuter: this.#language.code === 'de' && (/(?:chen|lein)$/u.test(head) || ['kind', 'tier'].includes(head)),
      plural: mention.plural,
      traits,
      names: new Map(),
      forms: new Map(),
      possessed: new Set(),
      bare: 0,
      at: [],
      subjects: 0,
      deeds: 0,
      leads: 0,
      lines: 0,
      addressed: 0,
      introduced: false,
      modifiers: new Map(),
    }
    this.entities.push(entity)
    this.#alive.push(entity)
    return entity
  }

  /** The entity that an id stands for by now. */
  get(id: number): Entity {
    let at = id
    for (let next = this.#merged.get(at); next !== undefined; next = this.#merged.get(at)) at = next
    const entity = this.entities[at]
    if (!entity) throw new RangeError(`no entity ${id}`)
    return entity
  }

  /** All that have not been merged into another. */
  get alive(): readonly Entity[] {
    return this.#alive
  }

  note(entity: Entity, mention: Mention, offset: number, acting: boolean): void {
    // An oblique German form ("alten Frau") is not what somebody is called.
    const inflected =
      this.#language.code === 'de' &&
      mention.oblique &&
      mention.noun !== undefined &&
      mention.text.toLowerCase() !== mention.noun.lemma
    if (!inflected) bump(mention.kind === 'name' ? entity.names : entity.forms, mention.text)
    if (mention.name !== undefined) bump(entity.names, mention.name)
    if (mention.definiteness === 'possessive') entity.possessed.add(mention.text)
    if (mention.kind === 'noun' && mention.definiteness === 'bare') entity.bare += 1
    if (mention.definiteness === 'indefinite') entity.introduced = true
    if (acting) entity.subjects += 1
    if (mention.noun && (!mention.noun.generic || mention.name !== undefined)) entity.heads.add(mention.noun.lemma)
    entity.at.push(offset)
    entity.gender ??= mention.gender
    for (const modifier of mention.modifiers) bump(entity.modifiers, modifier)
  }

  describe(entity: Entity, adjective: string): void {
    bump(entity.modifiers, adjective)
  }

  merge(from: Entity, into: Entity): Entity {
    const [a, b] = [this.get(from.id), this.get(into.id)]
    if (a === b) return b
    this.#merged.set(a.id, b.id)
    this.#alive = this.#alive.filter((entity) => entity !== a)
    for (const [key, n] of a.names) b.names.set(key, (b.names.get(key) ?? 0) + n)
    for (const [key, n] of a.forms) b.forms.set(key, (b.forms.get(key) ?? 0) + n)
    for (const [key, n] of a.modifiers) b.modifiers.set(key, (b.modifiers.get(key) ?? 0) + n)
    for (const text of a.possessed) b.possessed.add(text)
    for (const head of a.heads) b.heads.add(head)
    for (const [axis, value] of a.traits) if (!b.traits.has(axis)) b.traits.set(axis, value)
    b.at.push(...a.at)
    b.at.sort((x, y) => x - y)
    b.subjects += a.subjects
    b.deeds += a.deeds
    b.leads += a.leads
    b.lines += a.lines
    b.bare += a.bare
    b.addressed += a.addressed
    b.introduced ||= a.introduced
    b.gender ??= a.gender
    b.neuter ||= a.neuter
    b.named ||= a.named
    if (b.noun === undefined || (b.noun.generic && a.noun && !a.noun.generic)) b.noun = a.noun ?? b.noun
    return b
  }
}
