import type { Outcome } from '../call.ts'

/** One attempt of the matrix, and what must come of it. */
export interface Attempt {
  /** Who tries it, or how. */
  attack: string
  /** The id field it turns on; empty for the whole request. */
  field: string
  /** The codes that refuse it; undefined where it may be answered, but not with another's secrets. */
  refusals: readonly string[] | undefined
  /** What the answer must not contain. */
  secrets: readonly string[]
}

/** An attempt with what came of it. */
export interface Cell extends Attempt {
  rpc: string
  outcome: Outcome
  /** The same request by its rightful caller; undefined where the attempt need not be refused. */
  control: Outcome | undefined
  verdict: 'refused' | 'harmless' | 'wrongly allowed' | 'leaked' | 'refused otherwise' | 'not proved'
}

const unexpected = ['internal', 'unknown', 'unimplemented', 'deadline_exceeded', 'unavailable']

const verdictOf = (
  { refusals, secrets }: Attempt,
  { code, answer, message }: Outcome,
  control?: Outcome,
): Cell['verdict'] => {
  if (secrets.some((secret) => answer.includes(secret) || message.includes(secret))) return 'leaked'
  if (refusals === undefined) return unexpected.includes(code) ? 'refused otherwise' : 'harmless'
  if (code === 'ok') return 'wrongly allowed'
  if (!refusals.includes(code)) return 'refused otherwise'
  return control?.code === 'ok' ? 'refused' : 'not proved'
}

export const judge = (rpc: string, attempt: Attempt, outcome: Outcome, control?: Outcome): Cell => ({
  ...attempt,
  rpc,
  outcome,
  control,
  verdict: verdictOf(attempt, outcome, control),
})

const shown = ({ code, reason, message }: Outcome) => [code, reason, message].filter(Boolean).join(' ')

/** A cell that is not as it should be, for people. */
export const describeCell = ({ rpc, attack, field, verdict, outcome, control }: Cell): string => {
  const what = `${rpc.replace(/^[\w.]+\./, '')} by ${attack}${field && ` on ${field}`}`
  return `${what}: ${verdict} (${shown(outcome)}${control ? `; rightful caller: ${shown(control)}` : ''})`
}

export const isGood = ({ verdict }: Cell): boolean => verdict === 'refused' || verdict === 'harmless'
