/** One call as its caller knows it, whatever the mesh has made of it. */
export interface CallEntry {
  /** Its Idempotency-Key, and its correlation id in every try. */
  key: string
  method: string
  outcome: 'open' | 'acknowledged' | 'refused'
  /** Why it was refused. */
  reason: string
  tries: number
  /** Whether some try ended without telling what became of it. */
  isUncertain: boolean
}

/** A story as its author was told it is. */
export interface StoryRecord {
  id: string
  /** Of the call that created it. */
  key: string
  /** Titles and texts, the first version first. */
  versions: { title: string; content: string }[]
  /** Of acknowledged PublishStory calls. */
  publishings: string[]
  isDeleted: boolean
}

/** An account as its owner was told it is. */
export interface AuthorRecord {
  id: string
  key: string
  email: string
  password: string
  /** Every name it was given, the first one first. */
  names: string[]
  sessions: string[]
  stories: StoryRecord[]
  /** Whether they were given the tier that they asked for and pay. */
  hasPaid: boolean
  /** Whether they have deleted their account; `maybe` while nobody has told them. */
  hasLeft: 'no' | 'maybe' | 'yes'
}

/** What was acknowledged and what was refused; the driver's own memory, which no fault reaches. */
export interface CallJournal {
  calls: CallEntry[]
  /** Answers that contradict what was acknowledged before. */
  contradictions: string[]
  /** How often a try was answered INTERNAL, by method and message. */
  internal: Map<string, number>
}

/** What authors were told. */
export interface Journal extends CallJournal {
  authors: AuthorRecord[]
}

export const newCallJournal = (): CallJournal => ({ calls: [], contradictions: [], internal: new Map() })
