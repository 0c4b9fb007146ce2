import type { Entity } from './entity.ts'
import type { Mention } from './mention.ts'
import type { Stage } from './stage.ts'

const REACH = 8

/** "two strangers… the swindlers": several brought in before, by another word for them that nothing else explains. */
export const meantByGroup = (mention: Mention, { language, cast, scene, get, variants }: Stage): Entity | undefined => {
  const { noun } = mention
  if (!language.dropsSubject || !noun || noun.kind !== 'person' || mention.definiteness !== 'definite') return undefined
  const own = `${noun.lemma}+`
  if (mention.oblique || cast.alive.some(({ head }) => head === own) || variants(noun.lemma).length > 0)
    return undefined
  const latest = scene.recent(get, REACH).find(({ plural }) => plural)
  const fits =
    latest?.introduced === true &&
    latest.noun?.kind === 'person' &&
    (latest.noun.age ?? 'grown') === (noun.age ?? 'grown') &&
    latest.gender === mention.gender
  return fits ? latest : undefined
}
