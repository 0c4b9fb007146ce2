import { describe, expect, it } from 'vitest'
import { embeddedAnalyzer } from '../embedded.ts'

const castOf = async (...paragraphs: string[]): Promise<string[][]> => {
  const story = { title: '', content: paragraphs.join('\n\n'), language: 'es' }
  const { characters } = await embeddedAnalyzer().analyze(story, () => undefined, new AbortController().signal)
  return characters.filter(({ role }) => role !== 'narrator').map(({ name, aliases }) => [name, ...aliases])
}

describe('characters of a Spanish story', () => {
  it('are one under two words for the same being', async () => {
    const cast = await castOf(
      'Una zorra miró las uvas.',
      '—Están verdes —dijo la zorra.',
      'La raposa se fue. —Mañana vuelvo —añadió la raposa.',
    )
    expect(cast).toHaveLength(1)
    expect(cast[0]).toEqual(expect.arrayContaining(['zorra', 'raposa']))
  })

  it('stay who they are in another shape', async () => {
    const cast = await castOf(
      'La princesa Alba abrió la puerta. —¿Quién llama? —preguntó la princesa Alba.',
      'De pronto Alba se convirtió en un cisne. El cisne voló hasta el lago.',
      '—Ayúdame —pidió el cisne.',
    )
    expect(cast).toHaveLength(1)
    expect(cast[0]).toContain('cisne')
  })

  it('are those who are presented by name', async () => {
    const cast = await castOf(
      'Marta abrió la puerta. En el rellano había un niño con su maestra Pilar.',
      '—Este es Nico —dijo Pilar.',
      'El niño sonrió.',
      '—Buenas tardes —saludó el niño.',
      '—Pasa —respondió Marta.',
    )
    expect(cast.find((names) => names.includes('Nico'))).toContain('niño')
  })

  it('are not limbs, places or what somebody finds', async () => {
    const cast = await castOf(
      'En Toledo vivía un sastre. Un día encontró un gato herido y le vendó la pata.',
      'La pata sanó pronto. —Ya está —dijo el sastre, que nunca salió de Toledo.',
    )
    expect(cast.map(([name]) => name)).toEqual(['el sastre'])
  })

  it('are called by rank, kin and trade alike', async () => {
    const cast = await castOf(
      'El sultán bostezó. —¡Que venga el barbero Yusuf! —ordenó el soberano.',
      'El barbero entró temblando. —Aquí estoy —dijo Yusuf.',
      '—Cántame algo —pidió el sultán.',
    )
    expect(cast).toHaveLength(2)
    expect(cast.find((names) => names.includes('Yusuf'))).toContain('barbero')
  })
})
