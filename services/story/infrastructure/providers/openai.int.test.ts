import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { AnalyzerError } from '../../domain/analysis.ts'
import { openaiAnalyzer } from './openai.ts'

const STORY = 'The wolf knocked.\n\n“Who is there?” asked Mia. “It is late!”\n\n“Only me,” said the wolf.\n'
const ANSWER = {
  characters: [
    { name: 'Mia', aliases: ['the girl'], role: 'protagonist', description: 'A girl at home.', traits: ['careful'] },
    { name: 'the wolf', aliases: ['wolf'], role: 'supporting', description: 'A visitor.', traits: ['sly'] },
  ],
  dialogue: [
    { quote: 'Who is there?', speaker: 'Mia' },
    { quote: 'It is late!', speaker: 'the girl' },
    { quote: 'Only me,', speaker: 'wolf' },
  ],
  emotions: [{ emotion: 'fear', intensity: 4, quote: 'It is late!' }],
  themes: ['caution'],
  summary: 'A wolf knocks at night.',
}

interface Sent {
  model: string
  messages: { role: string; content: string }[]
  response_format: { type: string; json_schema: { strict: boolean } }
}
type Reply = (response: ServerResponse, sent: Sent) => void

const completion = (message: object, finish = 'stop') => ({
  id: 'c1',
  object: 'chat.completion',
  created: 0,
  model: 'm',
  choices: [{ index: 0, finish_reason: finish, message: { role: 'assistant', ...message } }],
})
const json = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}
const answering =
  (answer: unknown): Reply =>
  (response) =>
    json(response, 200, completion({ content: JSON.stringify(answer), refusal: null }))
const failing =
  (status: number, headers: Record<string, string> = {}, error: object = { message: 'no' }): Reply =>
  (response) =>
    json(response, status, { error }, headers)

describe('openaiAnalyzer against a stand-in of the API', () => {
  let reply: Reply = answering(ANSWER)
  const calls: { path: string | undefined; key: string | undefined; sent: Sent }[] = []
  const gone: Promise<unknown>[] = []
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    gone.push(once(response, 'close'))
    const sent = JSON.parse(Buffer.concat(await request.toArray()).toString()) as Sent
    calls.push({ path: request.url, key: request.headers.authorization, sent })
    reply(response, sent)
  })
  let baseUrl = ''

  beforeAll(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  })
  afterAll(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  beforeEach(() => {
    calls.length = 0
    gone.length = 0
  })

  const analyze = (
    content = STORY,
    signal = new AbortController().signal,
    report: (fraction: number) => void = () => undefined,
  ) =>
    openaiAnalyzer({ apiKey: 'key', baseUrl, model: 'test-model' }).analyze(
      { title: 'Night', content, language: 'en' },
      report,
      signal,
    )
  const failure = async (next: Reply): Promise<AnalyzerError> => {
    reply = next
    const error = await analyze().then(
      () => undefined,
      (cause: unknown) => cause,
    )
    expect(error).toBeInstanceOf(AnalyzerError)
    return error as AnalyzerError
  }

  it('asks for strict structured output and derives offsets from the quotes', async () => {
    reply = answering(ANSWER)
    const fractions: number[] = []
    const analysis = await analyze(STORY, undefined, (fraction) => fractions.push(fraction))
    expect(calls).toHaveLength(1)
    expect(calls[0]).toMatchObject({ path: '/v1/chat/completions', key: 'Bearer key', sent: { model: 'test-model' } })
    expect(calls[0]?.sent.response_format).toMatchObject({ type: 'json_schema', json_schema: { strict: true } })
    expect(analysis.segments.map(({ text }) => text).join('')).toBe(STORY)
    for (const { text, start, end } of analysis.segments) expect(STORY.slice(start, end)).toBe(text)
    expect(
      analysis.segments.filter(({ kind }) => kind === 'dialogue').map(({ text, speaker }) => [text.trim(), speaker]),
    ).toEqual([
      ['“Who is there?”', 'Mia'],
      ['“It is late!”', 'Mia'],
      ['“Only me,”', 'the wolf'],
    ])
    expect(analysis.characters.map(({ name, role }) => [name, role])).toEqual([
      ['Mia', 'protagonist'],
      ['the wolf', 'supporting'],
      ['Narrator', 'narrator'],
    ])
    expect(analysis.characters[1]?.mentions).toBe(2)
    const [emotion] = analysis.emotions
    expect(analysis.segments[emotion?.segmentIndex ?? -1]?.text).toContain('It is late!')
    expect([fractions[0], fractions.at(-1)]).toEqual([0, 1])
  })

  it('finds quotes whose marks and spacing the model changed', async () => {
    reply = answering({ ...ANSWER, dialogue: [{ quote: 'She said: "it\'s"', speaker: 'Mia' }], emotions: [] })
    const analysis = await analyze('“She said:  ‘it’s’” Mia read.')
    expect(analysis.segments[0]?.text).toContain('it’s')
    expect(analysis.segments[0]?.speaker).toBe('Mia')
  })

  it.each([
    ['a line', { ...ANSWER, dialogue: [{ quote: 'I never said this', speaker: 'Mia' }] }],
    ['lines out of order', { ...ANSWER, dialogue: ANSWER.dialogue.toReversed() }],
    ['an emotion', { ...ANSWER, emotions: [{ emotion: 'joy', intensity: 3, quote: 'They lived happily.' }] }],
    ['an intensity', { ...ANSWER, emotions: [{ emotion: 'joy', intensity: 11, quote: 'It is late!' }] }],
    ['a role', { ...ANSWER, characters: [{ ...ANSWER.characters[0], role: 'villain' }] }],
    ['no characters', { ...ANSWER, characters: undefined }],
  ])('refuses an answer that makes up %s', async (_, answer) => {
    expect(await failure(answering(answer))).toMatchObject({ reason: 'INVALID_ANSWER', retryable: true })
  })

  it('asks about a long story in parts of whole paragraphs and knows its people throughout', async () => {
    const filler = 'It snowed on the old road and nobody came by. '.repeat(50).trim()
    const content = [STORY, ...Array.from({ length: 12 }, () => filler), '“Good night,” said the girl.'].join('\n\n')
    reply = (response, sent) => {
      const text = sent.messages.at(-1)?.content ?? ''
      const dialogue = text.includes('Who is there')
        ? ANSWER.dialogue
        : text.includes('Good night')
          ? [{ quote: 'Good night,', speaker: 'the girl' }]
          : []
      answering({ ...ANSWER, dialogue, emotions: [] })(response, sent)
    }
    const analysis = await analyze(content)
    expect(calls.length).toBeGreaterThan(1)
    expect(calls.at(-1)?.sent.messages.at(-1)?.content).toContain('Characters so far: Mia, the wolf')
    expect(analysis.segments.map(({ text }) => text).join('')).toBe(content)
    expect(analysis.segments.find(({ text }) => text.includes('Good night'))?.speaker).toBe('Mia')
    expect(analysis.characters).toHaveLength(3)
  })

  it('says of every failure whether to try again, and tries once', async () => {
    expect(await failure(failing(429, { 'retry-after': '7' }))).toMatchObject({
      reason: 'RATE_LIMITED',
      retryable: true,
      retryAfterMs: 7000,
    })
    const [date, until] = ['Wed, 21 Oct 2015 07:28:00 GMT', 'Wed, 21 Oct 2015 07:28:09 GMT']
    expect(await failure(failing(429, { date, 'retry-after': until }))).toMatchObject({ retryAfterMs: 9000 })
    expect(calls).toHaveLength(2)
    expect(await failure(failing(429, {}, { message: 'no', code: 'insufficient_quota' }))).toMatchObject({
      reason: 'QUOTA_SPENT',
      retryable: false,
    })
    expect(await failure(failing(500))).toMatchObject({ reason: 'PROVIDER_UNAVAILABLE', retryable: true })
    expect(calls).toHaveLength(4)
    expect(await failure(failing(401))).toMatchObject({ reason: 'CREDENTIALS_REJECTED', retryable: false })
    expect(await failure(failing(400))).toMatchObject({ reason: 'REQUEST_REJECTED', retryable: false })
    expect(await failure((response) => response.destroy())).toMatchObject({
      reason: 'PROVIDER_UNREACHABLE',
      retryable: true,
    })
  })

  it('does not take a refusal, a cut answer or malformed JSON for an analysis', async () => {
    expect(
      await failure((response) => json(response, 200, completion({ content: null, refusal: 'I will not' }))),
    ).toMatchObject({ reason: 'REFUSED', retryable: false })
    expect(
      await failure((response) => json(response, 200, completion({ content: '{"characters": [' }, 'length'))),
    ).toMatchObject({ reason: 'ANSWER_TRUNCATED' })
    expect(await failure((response) => json(response, 200, completion({ content: '{"characters": [' })))).toMatchObject(
      { reason: 'INVALID_ANSWER', retryable: true },
    )
    expect(
      await failure((response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"choices": [')),
    ).toMatchObject({ reason: 'INVALID_ANSWER', retryable: true })
    expect(await failure((response) => json(response, 200, {}))).toMatchObject({ reason: 'INVALID_ANSWER' })
  })

  it('rejects with the reason of the signal and drops the connection when aborted', async () => {
    const arrived = Promise.withResolvers<void>()
    reply = () => arrived.resolve()
    const controller = new AbortController()
    const running = analyze(STORY, controller.signal)
    await arrived.promise
    controller.abort(new Error('stopped'))
    await expect(running).rejects.toThrow('stopped')
    await Promise.all(gone)
  })
})
