export type SessionStatus = 'active' | 'completed' | 'expired' | 'cancelled'

/** A character, who speaks it, and how far that is. */
export interface Role {
  characterId: string
  name: string
  lines: number
  /** Lines with an approved recording. */
  approved: number
  /** Recordings that wait for the host. */
  pending: number
  /** The invitation that has it; empty for nobody's. It is the id of the participant, too, once they joined. */
  invitationId: string
  isJoined: boolean
  mayRecord: boolean
  /** Whether others were told of its recordings as they are now. */
  isTold: boolean
}

/** A line of the story: what a character says, at one place. */
export interface SessionLine {
  /** Counts from 0 within the story. */
  place: number
  characterId: string
  /** White space collapsed. */
  text: string
}

/** A line with its approved recording. */
export interface Recorded {
  place: number
  text: string
  blob: string
  startMs: number
  endMs: number
  participantId: string
  /** Empty for a guest. */
  userId: string
}

export interface SessionInit {
  id: string
  storyId: string
  hostId: string
  title: string
  language: string
  maxParticipants: number
  lifetimeMs: number
  roles: readonly Pick<Role, 'characterId' | 'name' | 'lines'>[]
}

export type CancelReason = 'CANCELLED' | 'EXPIRED' | 'STORY_DELETED' | 'HOST_LEFT'

export const mostParticipants = 5
