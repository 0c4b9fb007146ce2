import type { Gender } from './tokens.ts'

/** What a first reading found out about the words of a text. */
export interface Lore {
  genders: ReadonlyMap<string, Gender>
  /** Nouns that mean somebody with another head: "sister" Mia, "father" the woodcutter. */
  aliases: ReadonlyMap<string, string>
  /** Names that somebody without one is only ever called by, with that one's head. */
  bearers: ReadonlyMap<string, string>
  /** Name of a narrator who only ever is called by it. */
  narrator: string | undefined
  /** Lines that the text itself gives somebody by a tag, by head. */
  lines: ReadonlyMap<string, number>
  /** Is this a story in which animals speak? */
  animalsSpeak: boolean
  /** Heads of those whom narration mentions, not only calls in speech. */
  told: ReadonlySet<string>
  /** Heads that German calls "es". */
  neuters: ReadonlySet<string>
}
