import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { wavOf } from '#shared/infrastructure/sound/pcm.ts'

/** What a vendor does with the next request that costs something. */
export type Mood = 'answer' | 'lose' | 'lose-unheard' | 429 | 500 | 401

interface Said {
  history_item_id: string
  voice_id: string
  model_id: string
  text: string
  date_unix: number
}

/** A second of a tone: what both vendors say of every text. */
const tone = (): Uint8Array => {
  const pcm = Buffer.alloc(24_000 * 2)
  for (let at = 0; at < 24_000; at += 1)
    pcm.writeInt16LE(Math.round(8000 * Math.sin((at * 2 * Math.PI * 220) / 24_000)), at * 2)
  return pcm
}

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const alignmentOf = (text: string) => {
  const characters = [...text]
  const at = (place: number) => place / characters.length
  return {
    characters,
    character_start_times_seconds: characters.map((_, place) => at(place)),
    character_end_times_seconds: characters.map((_, place) => at(place + 1)),
  }
}

/**
 * Stands in for OpenAI's and ElevenLabs' speech, by their documented HTTP: says a tone, counts what it would be paid for,
 * and misbehaves as it is told.
 */
export const openVendor = async () => {
  const moods: Mood[] = []
  const said: Said[] = []
  const voices: { voice_id: string; name: string; files: number }[] = []
  let held: Promise<void> | undefined
  let heard = () => {}
  const requests: { path: string; body: Record<string, unknown> }[] = []

  const json = (response: ServerResponse, body: unknown, status = 200, headers = {}) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  }

  /** Whether it goes on and answers. */
  const isWilling = (request: IncomingMessage, response: ServerResponse, pay: () => void): boolean => {
    const mood = moods.shift() ?? 'answer'
    if (typeof mood === 'number')
      json(response, { error: { message: 'no', code: `c${mood}` } }, mood, { 'retry-after': '0' })
    if (mood === 'answer' || mood === 'lose') pay()
    if (mood === 'lose' || mood === 'lose-unheard') request.socket.destroy()
    return mood === 'answer'
  }

  const remember = (voice_id: string, model_id: string, text: string) =>
    void said.push({
      history_item_id: `h${said.length}`,
      voice_id,
      model_id,
      text,
      date_unix: Math.floor(Date.parse('2026-11-20T10:00:00Z') / 1000),
    })

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url?.split('?')[0] ?? ''
    const raw = await bodyOf(request)
    const isJson = request.headers['content-type']?.includes('json') ?? false
    const body = isJson && raw.length > 0 ? JSON.parse(raw.toString()) : {}
    requests.push({ path, body })
    if (path === '/audio/speech' || path.endsWith('/with-timestamps')) {
      heard()
      await held
    }
    if (path === '/audio/speech') {
      if (!isWilling(request, response, () => remember(body.voice, body.model, body.input))) return
      response.writeHead(200, { 'content-type': 'audio/pcm' }).end(tone())
    } else if (path.endsWith('/with-timestamps')) {
      const voice = path.split('/')[3] ?? ''
      if (!isWilling(request, response, () => remember(voice, body.model_id, body.text))) return
      json(response, { audio_base64: Buffer.from(tone()).toString('base64'), alignment: alignmentOf(body.text) })
    } else if (path === '/v1/history') json(response, { history: said.toReversed() })
    else if (path === '/v1/history/download') response.writeHead(200).end(wavOf(tone()))
    else if (path === '/v2/voices') json(response, { voices })
    else if (path === '/v1/voices/add') {
      const name = /name="name"\r\n\r\n([^\r]+)/.exec(raw.toString('latin1'))?.[1] ?? ''
      const files = raw.toString('latin1').split('name="files"').length - 1
      const voice = { voice_id: `clone${voices.length}`, name, files }
      if (!isWilling(request, response, () => void voices.push(voice))) return
      json(response, { voice_id: voice.voice_id })
    } else if (request.method === 'DELETE') {
      const place = voices.findIndex(({ voice_id }) => path.endsWith(`/${voice_id}`))
      if (place >= 0) voices.splice(place, 1)
      json(response, {}, place >= 0 ? 200 : 404)
    } else json(response, {}, 404)
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => json(response, { error: String(error) }, 500))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** What it does with the next requests, one after the other; then it answers again. */
    be: (...next: Mood[]) => void moods.push(...next),
    /** Answers nothing until `answer`; `asked` resolves when it has been asked for speech. */
    hold: () => {
      const [asked, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      heard = asked.resolve
      held = answer.promise
      return { asked: asked.promise, answer: answer.resolve }
    },
    said,
    voices,
    requests,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

export type Vendor = Awaited<ReturnType<typeof openVendor>>
