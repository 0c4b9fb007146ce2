export interface ExpectedCharacter {
  readonly name: string
  readonly aliases: readonly string[]
  readonly role: 'protagonist' | 'supporting'
}

export interface ExpectedLine {
  /** The spoken words as they stand in the text, without quotation marks. */
  readonly quote: string
  /** The name of one of the characters. */
  readonly speaker: string
}

export interface Answers {
  readonly language: string
  readonly characters: readonly ExpectedCharacter[]
  readonly lines: readonly ExpectedLine[]
}

/** Checks the shape of an answers file. Throws an error that begins with `source` and says what is amiss. */
export const parseAnswers = (value: unknown, source: string): Answers => {
  const { language, characters, lines } = fields(value, source)
  const people = list(characters, `${source}: characters`).map(parseCharacter(source))
  const names = new Set(people.map(({ name }) => name))
  return {
    language: text(language, `${source}: language`),
    characters: people,
    lines: list(lines, `${source}: lines`).map(parseLine(source, names)),
  }
}

const parseCharacter =
  (source: string) =>
  (value: unknown, index: number): ExpectedCharacter => {
    const at = `${source}: characters[${index}]`
    const { name, aliases, role } = fields(value, at)
    if (role !== 'protagonist' && role !== 'supporting') throw new Error(`${at}: unknown role ${role}`)
    return { name: text(name, at), aliases: list(aliases, at).map((alias) => text(alias, at)), role }
  }

const parseLine =
  (source: string, names: ReadonlySet<string>) =>
  (value: unknown, index: number): ExpectedLine => {
    const at = `${source}: lines[${index}]`
    const { quote, speaker } = fields(value, at)
    const line = { quote: text(quote, at), speaker: text(speaker, at) }
    if (!names.has(line.speaker)) throw new Error(`${at}: ${line.speaker} is not one of the characters`)
    return line
  }

const fields = (value: unknown, at: string): Record<string, unknown> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${at}: expected an object`)
  return { ...value }
}

const list = (value: unknown, at: string): unknown[] => {
  if (!Array.isArray(value)) throw new Error(`${at}: expected a list`)
  return value
}

const text = (value: unknown, at: string): string => {
  if (typeof value !== 'string' || value.trim() === '') throw new Error(`${at}: expected a text`)
  return value
}
