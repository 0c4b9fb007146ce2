import type { Language } from '../language.ts'
import { words } from '../tokens.ts'
import { traitTable } from '../trait-table.ts'
import { englishMentions } from './mentions.ts'
import { englishNames } from './names.ts'
import { englishNoun } from './nouns.ts'
import { tagEnglish } from './tag.ts'
import { englishSpeech } from './verbs.ts'

const AXES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  rank: {
    1: 'first eldest oldest elder',
    2: 'second middle middlemost',
    3: 'third youngest younger',
    4: 'fourth',
    5: 'fifth',
    6: 'sixth',
    7: 'seventh',
    other: 'other another',
  },
  size: {
    big: 'big great huge large enormous tall fat',
    small: 'little small tiny wee short thin',
    middle: 'middle-sized medium',
  },
  age: { old: 'old aged ancient elderly', young: 'young' },
  wealth: { rich: 'rich wealthy', poor: 'poor' },
  side: { good: 'good kind gentle', bad: 'bad wicked evil cruel', wise: 'wise clever', foolish: 'foolish stupid lazy' },
  place: { town: 'town city', country: 'country field' },
  colour: Object.fromEntries(
    'red black white brown grey gray green blue yellow golden silver pink purple spotted striped'
      .split(' ')
      .map((c) => [c, c]),
  ),
}
const TRAITS = traitTable(AXES)

/** English, tagged by compromise. */
export const english: Language = {
  code: 'en',
  narrator: 'Narrator',
  tag: tagEnglish,
  mentions: englishMentions,
  noun: englishNoun,
  speech: englishSpeech,
  names: englishNames,
  trait: (lower) => TRAITS.get(lower),
  elders: words(
    'father mother grandfather grandmother stepmother stepfather husband wife uncle aunt king queen witch wizard widow widower sorceress godmother hag crone',
  ),
  youths: words(
    'son daughter brother sister prince princess orphan apprentice pupil student twin grandson granddaughter nephew niece page shepherd goatherd stepdaughter stepson maiden heir cousin scout',
  ),
  relatives: words('who which that'),
  dropsSubject: false,
  offspring: words('son daughter child'),
  child: 'child',
  kin: {
    father: 'father',
    mother: 'mother',
    stepmother: 'stepmother',
    wife: 'wife',
    husband: 'husband',
    son: 'son',
    daughter: 'daughter',
    king: 'king',
    queen: 'queen',
    prince: 'prince',
    princess: 'princess',
    grandfather: 'grandfather',
    grandmother: 'grandmother',
  },
  rulers: words('emperor sultan tsar'),
  stative: words('was were is had lived died dwelt'),
  agentive: words(
    'smiled nodded laughed thought wondered knew heard wanted decided shrugged frowned bowed sighed wept grinned listened hesitated replied asked said shook smiles nods laughs thinks knows wants says asks',
  ),
  casesAlike: true,
  siblings: [
    ['brother', 'm'],
    ['sister', 'f'],
  ],
  and: 'and',
  naming: words('called named nicknamed christened'),
  turning: words('turned changed transformed became'),
  serving: words(''),
  copulas: words('was is were became'),
  joining: words('and but so then'),
  subordinators: words('when while as after before because although though if once since until whenever'),
  honorifics: words("sir madam ma'am majesty highness lordship ladyship master mister"),
  times: words(
    'day night morning evening afternoon time year week month moment hour minute winter summer spring autumn once while',
  ),
  voices: words('voice voices cry whisper echo sound answer reply someone somebody something nobody anyone everyone'),
  selfNaming: /\b(?:my name is|my name's|i am called|they call me|call me|i am|i'm)\s+(?<name>\p{Lu}[\p{L}'-]+)/iu,
  presenting: undefined,
  stopWords:
    words(`the a an and or but if then so as at by for from in into of on onto off out over to up with without was
were is are be been being am do did does done have has had having he she it they them him her his hers its their i you
we us me my your our not no nor than that this these those there here when where who whom whose which what why how all
any some each every one two three said would could should will shall can may might must very just only even also too
again about after before down away back through upon more most much many little such own same other another now never
ever once until while because though yet still till let got get go went come came like well good old asked told
know knew see saw made make took take put thing things way time day`),
}
