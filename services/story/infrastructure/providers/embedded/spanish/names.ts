import { genderOfFirstName, isFirstName } from '../first-names.ts'
import type { Vocabulary } from '../language.ts'
import { type Sentence, words } from '../tokens.ts'
import { spanishNoun } from './nouns.ts'
import { spanishSpeech } from './verbs.ts'

const NEVER =
  words(`el la los las un una unos unas lo y o pero si no sí ya yo tú él ella ellos ellas usted ustedes nosotros vosotros
mi tu su mis tus sus este esta esto ese esa eso aquel aquella aquello que qué quién quien quienes cuál cómo como cuando cuándo donde
dónde por para con sin de del en a al ante bajo desde hasta entre hacia según tras sobre entonces luego después antes ahora hoy ayer
mañana allí aquí ahí así también tampoco muy más menos tan tanto mucho poco todo toda todos todas nada nadie nunca siempre jamás
algo alguien cada otro otra otros otras uno ay oh ah eh hola adiós bueno buena buenos buenas pues claro vaya vamos ven mira oye anda
dios cielo cielos lunes martes miércoles jueves viernes sábado domingo enero febrero marzo abril mayo junio julio agosto septiembre
octubre noviembre diciembre navidad señor señora señorita majestad alteza gracias perdón socorro érase había era cuentan dicen al
mientras aunque porque pues pronto casi solo sólo apenas quizá quizás tal vez acaso ninguno ninguna dos tres cuatro cinco seis siete
español española inglés francés aun aún detrás delante dentro fuera arriba abajo cerca lejos cuánto cuánta cuántos me te se nos le les`)

const PLACING = words('en hacia desde')

/** A word is a name when it has its capital inside a sentence, or always and beside a verb. */
export const spanishNames = (sentences: readonly Sentence[]): Vocabulary => {
  const counts = new Map<
    string,
    { inside: number; initial: number; lower: number; acts: number; places: number; links: number }
  >()
  for (const { tokens } of sentences) {
    for (const [i, token] of tokens.entries()) {
      if (!token.word) continue
      const count = counts.get(token.lower) ?? { inside: 0, initial: 0, lower: 0, acts: 0, places: 0, links: 0 }
      counts.set(token.lower, count)
      if (!token.capital) count.lower += 1
      else if (token.initial || /[¡¿—«“"(]/u.test(tokens[i - 1]?.text ?? '')) count.initial += 1
      else count.inside += 1
      if (!token.capital) continue
      if (PLACING.has(tokens[i - 1]?.lower ?? '')) count.places += 1
      if (/^(?:del?|al?)$/u.test(tokens[i - 1]?.lower ?? '')) count.links += 1
      token.gender ??= genderOfFirstName(token.lower)
      if (token.pos !== 'verb' && tokens[i + 1]?.pos === 'verb') count.acts += 1
    }
  }
  return {
    isName: (lower) => {
      const count = counts.get(lower)
      if (
        !count ||
        lower.length < 2 ||
        NEVER.has(lower) ||
        spanishNoun(lower) ||
        (spanishSpeech(lower) && count.inside === 0)
      )
        return false
      // Only ever "en Sevilla", "de Sevilla": a place.
      if (count.places > 0 && count.places + count.links === count.inside + count.initial && !isFirstName(lower))
        return false
      if (count.inside > count.lower) return true
      return count.lower === 0 && count.initial > 0 && (isFirstName(lower) || count.acts >= 2)
    },
  }
}
