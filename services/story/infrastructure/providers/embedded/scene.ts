import type { Entity } from './entity.ts'

interface Appearance {
  id: number
  paragraph: number
  /** Came as the subject of its sentence, or spoke. */
  weight: number
}

/** Who is on stage: the order in which entities were last mentioned, acted or spoke. */
export class Scene {
  #appearances: Appearance[] = []
  /** Subject of the latest sentence, or the latest speaker. */
  subject: Entity | undefined
  paragraph = 0

  appear(entity: Entity, subject: boolean): void {
    this.#appearances.push({ id: entity.id, paragraph: this.paragraph, weight: subject ? 1 : 0 })
    if (this.#appearances.length > 200) this.#appearances.splice(0, 100)
  }

  /** The one mentioned last, subject or not, who passes the test. */
  latest(get: (id: number) => Entity, test: (entity: Entity) => boolean): Entity | undefined {
    const found = this.#appearances.findLast(({ id, paragraph }) => this.paragraph - paragraph <= 2 && test(get(id)))
    return found && get(found.id)
  }

  /** The entities of the last paragraphs, latest first, subjects before objects of the same breath. */
  recent(get: (id: number) => Entity, within: number): Entity[] {
    const scores = new Map<Entity, number>()
    const total = this.#appearances.length
    for (const [i, { id, paragraph, weight }] of this.#appearances.entries()) {
      if (this.paragraph - paragraph > within) continue
      const entity = get(id)
      scores.set(entity, Math.max(scores.get(entity) ?? Number.NEGATIVE_INFINITY, i - total + 2.5 * weight))
    }
    return [...scores].sort((a, b) => b[1] - a[1]).map(([entity]) => entity)
  }
}
