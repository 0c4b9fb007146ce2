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

  it('are not their epithets', async () => {
    const cast = await castOf(
      'La reina Isaura miró a un oso. —¿Quién eres? —preguntó la reina.',
      '—Un oso, señora —contestó el pretendiente.',
      '—Pues no te creo —dijo la orgullosa.',
    )
    expect(cast).toHaveLength(2)
  })

  it('are no lone listeners or groups that a verb in the singular leaves out', async () => {
    const cast = await castOf('Un sastre cantaba en la plaza. Llegaron los vecinos.', '—¡Más alto! —gritaba el sastre.')
    expect(cast.map(([name]) => name)).toEqual(['el sastre'])
  })

  it('are one group under two words, one of whom speaks for all', async () => {
    const cast = await castOf(
      'Llegaron dos forasteros. Los estafadores abrieron un saco.',
      '—Es oro —dijo uno de los estafadores.',
      '—Oro puro —añadieron los forasteros.',
    )
    expect(cast).toHaveLength(1)
    expect(cast[0]).toEqual(expect.arrayContaining(['forasteros', 'estafadores']))
  })

  it('are known by what they are to each other', async () => {
    const cast = await castOf(
      'Don Matías paseaba con su nieto Luis. —Tengo frío —dijo Luis.',
      '—Entonces corre —contestó su abuelo.',
      'El abuelo echó a andar. —¡Espera! —gritó el niño.',
    )
    expect(cast).toHaveLength(2)
    expect(cast.find((names) => names.includes('don Matías') || names.includes('Don Matías'))).toContain('abuelo')
    expect(cast.find((names) => names.includes('Luis'))).toContain('niño')
  })

  it('take the rank of those they marry', async () => {
    const cast = await castOf(
      'Un rey conoció a una costurera. —Cósame esta capa —ordenó el rey.',
      'La costurera cosió toda la noche. El rey se casó con la costurera.',
      '—Ahora cose tú —dijo la reina.',
    )
    expect(cast).toHaveLength(2)
    expect(cast.find((names) => names.includes('costurera'))).toContain('reina')
  })

  it('keep their trade, short names and those others call them by', async () => {
    const cast = await castOf(
      'Doña Purificación, que era portera, barría. —Buenos días, Puri —saludó el cartero.',
      '—Buenos días —respondió la portera.',
      'El cartero dejó una carta. —¿Es para mí, Damián? —preguntó Puri.',
      '—Claro —contestó el cartero.',
    )
    expect(cast).toHaveLength(2)
    expect(cast.find((names) => names.includes('Puri'))).toContain('portera')
  })

  it('are the ones a mark of identity says they are', async () => {
    const cast = await castOf(
      'El hada Melusa salió del lago. —Tengo sed —dijo el hada.',
      'Más tarde llegó una dama. Era la misma hada. —Dame agua —pidió la dama.',
    )
    expect(cast).toHaveLength(1)
  })
})
