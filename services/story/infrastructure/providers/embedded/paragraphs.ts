export interface Range {
  start: number
  end: number
}

const LINE = /[^\r\n]*(?:\r\n|\r|\n|$)/y
const SPEECH_START = /^\s*[-–—―"“”„«»‘‚'‹›「『]/u
const SENTENCE_END = /[.!?…:;"“”«»’'‘]\s*$/u

interface Line extends Range {
  text: string
  blank: boolean
}

const linesOf = (content: string): Line[] => {
  const lines: Line[] = []
  for (let start = 0; start < content.length; ) {
    LINE.lastIndex = start
    const text = LINE.exec(content)?.[0] ?? ''
    const end = start + Math.max(text.length, 1)
    lines.push({ start, end, text, blank: text.trim() === '' })
    start = end
  }
  return lines
}

/** Lines cut by width rather than by sense: most go on in lower case, or most are equally long. */
const isWrapped = (lines: Line[]): boolean => {
  let continued = 0
  let joints = 0
  for (const [i, line] of lines.entries()) {
    const next = lines[i + 1]
    if (!next || line.blank || next.blank) continue
    joints += 1
    if (!SENTENCE_END.test(line.text) && !SPEECH_START.test(next.text)) continued += 1
  }
  return joints > 0 && continued / joints > 0.4
}

/**
 * The paragraphs of a text as ranges that tile it: each takes the white space behind it, the first also what is before.
 * Blank lines part paragraphs; a single line break does too, unless the text is wrapped at a width.
 */
export const paragraphsOf = (content: string): Range[] => {
  const lines = linesOf(content)
  const wrapped = isWrapped(lines)
  const ranges: Range[] = []
  let previous: Line | undefined
  let written = false
  for (const line of lines) {
    const last = ranges.at(-1)
    const joined =
      wrapped && previous && !previous.blank && !(SPEECH_START.test(line.text) && SENTENCE_END.test(previous.text))
    if (last && (line.blank || !written || joined)) last.end = line.end
    else ranges.push({ start: line.start, end: line.end })
    written ||= !line.blank
    previous = line
  }
  return ranges
}
