import { AnalyzerError, type CharacterRole } from '../../../domain/analysis.ts'

export interface AnsweredCharacter {
  name: string
  aliases: string[]
  role: CharacterRole
  description: string
  traits: string[]
}

/** What the model is asked to fill in for one part of a story. */
export interface Answer {
  characters: AnsweredCharacter[]
  dialogue: { quote: string; speaker: string }[]
  emotions: { emotion: string; intensity: number; quote: string }[]
  themes: string[]
  summary: string
}

const text = { type: 'string' }
const texts = { type: 'array', items: text }
const record = (properties: Record<string, object>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
})

/** JSON schema of an Answer, in the subset that strict structured output takes. */
export const ANSWER_SCHEMA: Record<string, unknown> = record({
  characters: {
    type: 'array',
    items: record({
      name: text,
      aliases: texts,
      role: { type: 'string', enum: ['protagonist', 'supporting', 'narrator'] },
      description: text,
      traits: texts,
    }),
  },
  dialogue: { type: 'array', items: record({ quote: text, speaker: text }) },
  emotions: { type: 'array', items: record({ emotion: text, intensity: { type: 'integer' }, quote: text }) },
  themes: texts,
  summary: text,
})

const invalid = (what: string, cause?: unknown): AnalyzerError =>
  new AnalyzerError('INVALID_ANSWER', `the model's answer is not usable: ${what}`, { retryable: true, cause })

const object = (value: unknown, what: string): Record<string, unknown> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(`${what} is not an object`)
  return value as Record<string, unknown>
}

const string = (value: unknown, what: string): string => {
  if (typeof value !== 'string') throw invalid(`${what} is not a text`)
  return value
}

const filled = (value: unknown, what: string): string => {
  const given = string(value, what).trim()
  if (given === '') throw invalid(`${what} is empty`)
  return given
}

const list = <T>(value: unknown, what: string, parse: (item: unknown, what: string) => T): T[] => {
  if (!Array.isArray(value)) throw invalid(`${what} is not a list`)
  return value.map((item, i) => parse(item, `${what}[${i}]`))
}

const roleOf = (value: unknown, what: string): CharacterRole => {
  if (value !== 'protagonist' && value !== 'supporting' && value !== 'narrator') throw invalid(`${what} is no role`)
  return value
}

const intensityOf = (value: unknown, what: string): number => {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 10)
    throw invalid(`${what} is not 1 to 10`)
  return value
}

/** Reads an answer. Throws an AnalyzerError, worth another try, when it is not what the schema asks for. */
export const parseAnswer = (json: string): Answer => {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (cause) {
    throw invalid('it is not JSON', cause)
  }
  const answer = object(value, 'answer')
  return {
    characters: list(answer.characters, 'characters', (item, what) => {
      const character = object(item, what)
      return {
        name: filled(character.name, `${what}.name`),
        aliases: list(character.aliases, `${what}.aliases`, filled),
        role: roleOf(character.role, `${what}.role`),
        description: string(character.description, `${what}.description`),
        traits: list(character.traits, `${what}.traits`, filled),
      }
    }),
    dialogue: list(answer.dialogue, 'dialogue', (item, what) => {
      const line = object(item, what)
      return { quote: filled(line.quote, `${what}.quote`), speaker: filled(line.speaker, `${what}.speaker`) }
    }),
    emotions: list(answer.emotions, 'emotions', (item, what) => {
      const emotion = object(item, what)
      return {
        emotion: filled(emotion.emotion, `${what}.emotion`),
        intensity: intensityOf(emotion.intensity, `${what}.intensity`),
        quote: filled(emotion.quote, `${what}.quote`),
      }
    }),
    themes: list(answer.themes, 'themes', filled),
    summary: string(answer.summary, 'summary'),
  }
}
