import type { Language } from '../language.ts'
import { type Sentence, words } from '../tokens.ts'
import { traitTable } from '../trait-table.ts'
import { germanMentions } from './mentions.ts'
import { germanNames } from './names.ts'
import { germanNoun } from './nouns.ts'
import { germanSpeech, isGermanVerb } from './verbs.ts'

const AXES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  rank: {
    1: 'erst ältest älter',
    2: 'zweit mittler mittelst',
    3: 'dritt jüngst jünger',
    4: 'viert',
    5: 'fünft',
    6: 'sechst',
    7: 'siebt',
    other: 'ander',
  },
  size: { big: 'groß riesig dick', small: 'klein winzig dünn' },
  age: { old: 'alt uralt', young: 'jung' },
  wealth: { rich: 'reich', poor: 'arm' },
  side: { good: 'gut lieb fleißig', bad: 'böse bös', wise: 'klug weise', foolish: 'dumm faul' },
  colour: Object.fromEntries(
    'rot schwarz weiß braun grau grün blau gelb golden silbern bunt'.split(' ').map((c) => [c, c]),
  ),
}
const TRAITS = traitTable(AXES)
const ENDING = /(?:e|en|em|er|es)$/u
const UMLAUTS: Readonly<Record<string, string>> = { groß: 'größt', klein: 'kleinst' }

const tag = ({ tokens }: Sentence): void => {
  for (const token of tokens)
    if (token.word && isGermanVerb(token.lower) && (!token.capital || token.initial)) token.pos = 'verb'
}

/** German, by rules of our own: case by article, verbs by ending and list. */
export const german: Language = {
  code: 'de',
  narrator: 'Erzähler',
  tag,
  names: germanNames,
  mentions: germanMentions,
  noun: germanNoun,
  speech: germanSpeech,
  trait: (lower) =>
    TRAITS.get(lower) ??
    TRAITS.get(lower.replace(ENDING, '')) ??
    (lower.startsWith(UMLAUTS.groß ?? '-')
      ? { axis: 'rank', value: '1' }
      : lower.startsWith(UMLAUTS.klein ?? '-')
        ? { axis: 'rank', value: '3' }
        : undefined),
  elders: words(
    'vater mutter großvater großmutter stiefmutter stiefvater ehemann ehefrau onkel tante könig königin hexe zauberer witwe witwer zauberin greis greisin',
  ),
  youths: words(
    'sohn tochter bruder schwester prinz prinzessin waise lehrling schüler schülerin student enkel enkelin neffe nichte hirte jungfrau magd geselle stieftochter waisenkind königssohn königstochter',
  ),
  relatives: words('der die das welcher welche welches'),
  dropsSubject: false,
  offspring: words('sohn tochter kind'),
  child: 'kind',
  kin: {
    father: 'vater',
    mother: 'mutter',
    stepmother: 'stiefmutter',
    wife: 'ehefrau',
    husband: 'ehemann',
    son: 'sohn',
    daughter: 'tochter',
    king: 'könig',
    queen: 'königin',
    prince: 'prinz',
    princess: 'prinzessin',
    grandfather: 'großvater',
    grandmother: 'großmutter',
  },
  rulers: words('kaiser sultan zar'),
  stative: words('war waren ist hatte hatten lebte lebten wohnte wohnten starb'),
  agentive: words(
    'lächelte nickte lachte dachte wusste seufzte weinte verbeugte schüttelte zuckte runzelte staunte erschrak glaubte meinte fragte antwortete sagte sprach überlegte zögerte grinste lauschte',
  ),
  casesAlike: true,
  siblings: [
    ['bruder', 'm'],
    ['schwester', 'f'],
  ],
  and: 'und',
  naming: words('namens genannt hieß heißt nannte nannten getauft rief'),
  turning: words('verwandelte verwandelt wurde'),
  serving: words(''),
  copulas: words('war waren ist wurde'),
  joining: words('und aber doch da'),
  subordinators: words('als wenn nachdem während weil obwohl bevor ehe sobald kaum indem seit'),
  honorifics: words('herr frau majestät hoheit meister gnädige fräulein'),
  times: words(
    'tag tages nacht morgen morgens abend abends nachmittag zeit mal jahr woche monat augenblick stunde minute winter sommer weile',
  ),
  voices: words('stimme stimmchen stimmen ruf echo etwas jemand niemand es man'),
  selfNaming:
    /\b(?:ich heiße|mein name ist|ich bin|man nennt mich|nennt mich)\s+(?:der\s+|die\s+)?(?<name>\p{Lu}[\p{L}-]+)/iu,
  presenting: undefined,
  stopWords:
    words(`der die das den dem des ein eine einen einem einer eines und oder aber wenn als so doch denn auch nur noch schon
nicht kein keine mehr sehr ganz war waren wurde wurden hatte hatten ist sind hat haben wird werden kann konnte wollte sollte musste
ich du er sie es wir ihr mich mir dich dir ihm ihn ihnen uns euch sich mein dein sein seine seinen seinem seiner ihre ihren ihrem ihrer
in im an am auf aus bei beim mit nach von vom zu zum zur über unter vor hinter durch für gegen um bis da dann dort hier wo was wer wie
warum dass ob weil damit sagte sprach fragte rief ging kam sah gab nahm stand ließ machte man einmal wieder nun jetzt immer nie alle
alles etwas nichts dieser diese dieses jeder jede jedes zwei drei`),
}
