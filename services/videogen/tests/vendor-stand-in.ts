import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * What the vendors do with the next request that costs something: `lose` accepts and does not answer, `lose-unheard` does
 * neither, `vanish` accepts and knows nothing of it later, `fail` accepts and never makes it.
 */
export type Mood = 'answer' | 'lose' | 'lose-unheard' | 'vanish' | 'fail' | 400 | 401 | 429 | 500

interface Accepted {
  id: string
  prompt: string
  polls: number
  mood: Mood
}

const bodyOf = async (request: IncomingMessage): Promise<Record<string, unknown>> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString())
}

/**
 * Stands in for Runway, Luma and the queue that Pika is asked by, by their documented HTTP: accepts clips, counts what it
 * would be paid for, and misbehaves as it is told. A clip is there when it was asked about twice.
 */
export const openVendors = async (clip: () => Promise<Uint8Array>) => {
  const moods: Mood[] = []
  const accepted: Accepted[] = []
  let [heard, count] = [() => {}, 0]
  let held: Promise<void> | undefined

  const json = (response: ServerResponse, body: unknown, status = 200, headers = {}) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  }

  const take = async (request: IncomingMessage, response: ServerResponse, prompt: string) => {
    heard()
    await held
    const mood = moods.shift() ?? 'answer'
    if (typeof mood === 'number') {
      json(response, { error: 'no', detail: 'no' }, mood, { 'retry-after': '0' })
      return undefined
    }
    count += 1
    const made = { id: `clip-${count}`, prompt, polls: 0, mood }
    if (mood !== 'lose-unheard') accepted.push(made)
    if (mood === 'lose' || mood === 'lose-unheard') {
      request.socket.destroy()
      return undefined
    }
    return made
  }

  const asked = (id: string): Accepted | undefined => {
    const made = accepted.find((each) => each.id === id && each.mood !== 'vanish')
    if (made) made.polls += 1
    return made
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '', 'http://vendors')
    const path = url.pathname
    const last = path.split('/').at(-1) ?? ''
    const file = `http://${request.headers.host}/files/clip.mp4`
    if (path.startsWith('/files/')) response.writeHead(200, { 'content-type': 'video/mp4' }).end(await clip())
    else if (path === '/runway/v1/text_to_video') {
      const made = await take(request, response, String((await bodyOf(request)).promptText))
      if (made) json(response, { id: made.id })
    } else if (path.startsWith('/runway/v1/tasks/')) {
      const made = asked(last)
      if (!made) return json(response, { error: 'not found' }, 404)
      if (made.mood === 'fail') json(response, { id: last, status: 'FAILED', failure: 'no', failureCode: 'SAFETY' })
      else if (made.polls < 2) json(response, { id: last, status: 'RUNNING', progress: 0.5 })
      else json(response, { id: last, status: 'SUCCEEDED', output: [file] })
    } else if (path === '/luma/generations/video') {
      const made = await take(request, response, String((await bodyOf(request)).prompt))
      if (made) json(response, { id: made.id, state: 'queued' }, 201)
    } else if (path === '/luma/generations') {
      const generations = accepted
        .toReversed()
        .map(({ id, prompt }) => ({ id, state: 'queued', created_at: new Date().toISOString(), request: { prompt } }))
      json(response, { generations, count: generations.length, has_more: false, limit: 100, offset: 0 })
    } else if (path.startsWith('/luma/generations/')) {
      const made = asked(last)
      if (!made) return json(response, { detail: 'not found' }, 404)
      if (made.mood === 'fail') json(response, { id: last, state: 'failed', failure_reason: 'SAFETY' })
      else if (made.polls < 2) json(response, { id: last, state: 'dreaming' })
      else json(response, { id: last, state: 'completed', assets: { video: file } })
    } else if (path === '/pika/fal-ai/pika/v2.2/text-to-video') {
      const made = await take(request, response, String((await bodyOf(request)).prompt))
      if (made) json(response, { request_id: made.id, status: 'IN_QUEUE' })
    } else if (path.endsWith('/status')) {
      const made = asked(path.split('/').at(-2) ?? '')
      if (!made) return json(response, { detail: 'not found' }, 404)
      json(response, { status: made.polls < 2 && made.mood !== 'fail' ? 'IN_PROGRESS' : 'COMPLETED' })
    } else if (path.startsWith('/pika/fal-ai/pika/requests/')) {
      const made = accepted.find((each) => each.id === last)
      if (made?.mood === 'fail') json(response, { detail: 'SAFETY' }, 422)
      else json(response, { video: { url: file } })
    } else json(response, {}, 404)
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => json(response, { error: String(error) }, 500))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** What they do with the next requests, one after the other; then they answer again. */
    be: (...next: Mood[]) => void moods.push(...next),
    /** Answers nothing until `answer`; `asked` resolves when somebody asks for a clip. */
    hold: () => {
      const [waiting, answering] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      heard = waiting.resolve
      held = answering.promise
      return { asked: waiting.promise, answer: answering.resolve }
    },
    accepted,
    forget: () => {
      accepted.length = 0
      moods.length = 0
    },
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

export type Vendors = Awaited<ReturnType<typeof openVendors>>
