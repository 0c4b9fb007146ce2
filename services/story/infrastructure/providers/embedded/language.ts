import type { Mention } from './mention.ts'
import type { Noun } from './noun.ts'
import type { Gender, Sentence } from './tokens.ts'

export interface SpeechForm {
  person: 1 | 3
  plural: boolean
}

/** Which words of a text are names in it. */
export interface Vocabulary {
  isName(lower: string): boolean
}

/** Short forms of names, all in small letters. */
export interface Nicknames {
  /** The full name of a short form that does not show it. */
  full(short: string): string | undefined
  /** May the first be short for the second, with which it begins? */
  shortens(short: string, full: string): boolean
}

/** The rules of one language. Everything else in the engine is the same for all. */
export interface Language {
  readonly code: string
  readonly narrator: string
  /** Names parts of speech on the tokens. */
  tag(sentence: Sentence): void
  /** Learns the names of a text from how its sentences, tagged, use capitals. */
  names(sentences: readonly Sentence[]): Vocabulary
  /** Nouns and pronouns that may stand for a character. */
  mentions(sentence: Sentence, names: Vocabulary): Mention[]
  noun(lower: string): Noun | undefined
  speech(lower: string): SpeechForm | undefined
  /** Distinguishing adjectives: axis and value, such as rank 1 for "eldest". */
  trait(lower: string): { axis: string; value: string } | undefined
  /** Nouns of those who are not young: parents, kings. */
  readonly elders: ReadonlySet<string>
  /** Nouns of those who may be called a child: sons, pupils. */
  readonly youths: ReadonlySet<string>
  /** Pronouns that open a relative clause. */
  readonly relatives: ReadonlySet<string>
  /** May a sentence leave its subject out? */
  readonly dropsSubject: boolean
  /** Sons and daughters; and the noun for a child. */
  readonly offspring: ReadonlySet<string>
  readonly child: string
  /** Lemmas of the nouns by which a family and a court call each other. */
  readonly kin: Readonly<
    Record<
      | 'father'
      | 'mother'
      | 'stepmother'
      | 'wife'
      | 'husband'
      | 'son'
      | 'daughter'
      | 'king'
      | 'queen'
      | 'prince'
      | 'princess'
      | 'grandfather'
      | 'grandmother',
      string
    >
  >
  /** By lemma of a noun of kinship what its owner is in turn, as a man and as a woman. */
  readonly inverse?: Readonly<Record<string, readonly [m: string, f: string]>> | undefined
  /** Verbs of marrying, in the forms of telling. */
  readonly marrying?: ReadonlySet<string> | undefined
  /** Others who rule, and are as good as a king. */
  readonly rulers: ReadonlySet<string>
  /** Verbs of being, having, living and dying: no deeds in a story. */
  readonly stative: ReadonlySet<string>
  /** What only somebody does, in the forms of telling: "smiled". */
  readonly agentive: ReadonlySet<string>
  /** Do objects mostly look like subjects? Then one mention inside a sentence does not show that somebody acts. */
  readonly casesAlike: boolean
  /** Brother and sister, with their genders. */
  readonly siblings: readonly (readonly [string, Gender])[]
  /** Joins two of equal standing: "and". */
  readonly and: string
  /** "called", as in "a girl called X". */
  readonly naming: ReadonlySet<string>
  readonly nicknames?: Nicknames | undefined
  /** Verbs of changing one's shape: "turned (into)". */
  readonly turning: ReadonlySet<string>
  /** Verbs of having a trade: "worked (as)". */
  readonly serving: ReadonlySet<string>
  readonly copulas: ReadonlySet<string>
  /** Words that join main clauses: "and", "but". */
  readonly joining: ReadonlySet<string>
  /** Words that open a subordinate clause: "when". */
  readonly subordinators: ReadonlySet<string>
  /** What one says to somebody of rank whose name one does not use. */
  readonly honorifics: ReadonlySet<string>
  /** Days and hours, which stand where a subject could: "one day". */
  readonly times: ReadonlySet<string>
  /** Things that speak only for somebody unseen: a voice, a cry. */
  readonly voices: ReadonlySet<string>
  /** "My name is", "I am": what stands before one's own name. */
  readonly selfNaming: RegExp | undefined
  /** "This is": what stands before the name of somebody one presents. */
  readonly presenting: RegExp | undefined
  readonly stopWords: ReadonlySet<string>
}
