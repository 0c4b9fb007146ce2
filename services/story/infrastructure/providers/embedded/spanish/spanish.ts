import type { Language } from '../language.ts'
import { type Sentence, words } from '../tokens.ts'
import { traitTable } from '../trait-table.ts'
import { INVERSE } from './kinship.ts'
import { spanishMentions } from './mentions.ts'
import { spanishNames } from './names.ts'
import { NICKNAMES } from './nicknames.ts'
import { spanishNoun } from './nouns.ts'
import { isSpanishVerb, spanishSpeech } from './verbs.ts'

const AXES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  rank: {
    1: 'mayor primer primero primera primogénito',
    2: 'segundo segunda mediano mediana',
    3: 'menor tercer tercero tercera benjamín',
    4: 'cuarto cuarta',
    5: 'quinto quinta',
    other: 'otro otra',
  },
  size: { big: 'gran grande enorme gordo gorda', small: 'pequeño pequeña diminuto diminuta flaco flaca' },
  age: { old: 'viejo vieja anciano anciana', young: 'joven' },
  wealth: { rich: 'rico rica', poor: 'pobre' },
  side: {
    good: 'bueno buena buen trabajador trabajadora',
    bad: 'malo mala mal malvado malvada',
    wise: 'sabio sabia listo lista',
    foolish: 'tonto tonta perezoso perezosa',
  },
  colour: Object.fromEntries(
    'rojo roja negro negra blanco blanca gris pardo parda verde azul amarillo amarilla dorado dorada'
      .split(' ')
      .map((c) => [c, c.replace(/a$/u, 'o')]),
  ),
}
const TRAITS = traitTable(AXES)
const PREPOSITIONS = words('a al de del con en para por hacia sobre sin ante contra desde hasta entre tras bajo según')

const tag = ({ tokens }: Sentence): void => {
  for (const token of tokens) {
    if (!token.word) continue
    if (PREPOSITIONS.has(token.lower)) token.pos = 'preposition'
    else if (isSpanishVerb(token.lower) && (!token.capital || token.initial)) token.pos = 'verb'
  }
}

/** Spanish, by rules of our own: subjects have no preposition, and may be left out. */
export const spanish: Language = {
  code: 'es',
  narrator: 'Narrador',
  tag,
  names: spanishNames,
  mentions: spanishMentions,
  noun: spanishNoun,
  speech: spanishSpeech,
  trait: (lower) => TRAITS.get(lower),
  elders: words(
    'padre madre abuelo abuela madrastra padrastro marido esposa tío tía rey reina bruja brujo mago viuda viudo hechicera hechicero',
  ),
  youths: words(
    'hijo hija hermano hermana príncipe princesa huérfano huérfana aprendiz alumno alumna nieto nieta sobrino sobrina pastor pastora zagal zagala mozo moza doncella hijastra criada primo prima',
  ),
  relatives: words('que quien'),
  dropsSubject: true,
  offspring: words('hijo hija niño'),
  child: 'niño',
  kin: {
    father: 'padre',
    mother: 'madre',
    stepmother: 'madrastra',
    wife: 'esposa',
    husband: 'marido',
    son: 'hijo',
    daughter: 'hija',
    king: 'rey',
    queen: 'reina',
    prince: 'príncipe',
    princess: 'princesa',
    grandfather: 'abuelo',
    grandmother: 'abuela',
  },
  rulers: words('sultán emperador zar califa faraón jeque'),
  stative: words('era eran fue había tenía tenían vivía vivían murió érase estaba'),
  agentive: words(
    'miró sonrió pensó oyó vio decidió creyó supo quiso saludó asintió suspiró lloró rió encogió agachó inclinó sentó dudó escuchó dijo preguntó respondió contestó frunció bostezó corrió',
  ),
  casesAlike: false,
  siblings: [
    ['hermano', 'm'],
    ['hermana', 'f'],
  ],
  and: 'y',
  naming: words('llamado llamada llamaba llamaban apodado apodada nombre llama conocían llamaron'),
  inverse: INVERSE,
  marrying: words('casó casaron casarse casaba casaban casado desposó desposaron'),
  nicknames: NICKNAMES,
  turning: words(
    'convirtió convierte convertía transformó transformaba transformado transformada convertido convertida volvió trocó mudó',
  ),
  serving: words('trabajaba trabajó trabaja servía sirvió ejercía hacía oficiaba'),
  copulas: words('era fue es eran'),
  joining: words('y pero e entonces'),
  subordinators: words('cuando mientras como aunque si apenas tras al después antes'),
  honorifics: words('señor señora señorita majestad alteza don doña caballero amo hombre mujer'),
  times: words(
    'día noche mañana tarde vez año mes semana rato momento tiempo instante hora minuto invierno verano madrugada domingo',
  ),
  voices: words('voz vocecita vocecilla voces grito eco alguien nadie algo vozarrón'),
  selfNaming: /(?:me llamo|mi nombre es|me llaman|soy)\s+(?:el\s+|la\s+)?(?<name>\p{Lu}[\p{L}-]+)/iu,
  presenting:
    /(?:^|[^\p{L}])(?:est[ea] es|te presento a|os presento a|le presento a|les presento a|aquí está)\s+(?:el\s+|la\s+)?(?<name>\p{Lu}[\p{L}-]+)/iu,
  stopWords:
    words(`el la los las un una unos unas lo y o u e pero si no sí ya yo tú él ella ellos ellas usted nosotros mi tu su mis tus sus
este esta esto ese esa eso aquel aquella que qué quien quién cual cómo como cuando cuándo donde dónde por para con sin de del en a al
desde hasta entre hacia según tras sobre entonces luego después antes ahora allí aquí así también tampoco muy más menos tan tanto mucho
poco todo toda todos todas nada nadie nunca siempre algo alguien cada otro otra uno era eran fue fueron estaba estaban había hay ha he
han ser estar tener tenía hacer hizo dijo preguntó respondió contestó se me te le les nos os es son está porque pues cuenta vez día
puede podía quería iba ir fue dio vio mientras aunque dos tres sólo solo aún`),
}
