/** What a child says once it can be asked. */
export interface Ready<Facts> {
  ready: Facts
}

export interface Question {
  id: number
  command: string
  input: unknown
}

export interface Answer {
  id: number
  result?: unknown
  error?: string
}

type Commands = Record<string, (input: never) => unknown>

const say = (message: Ready<unknown> | Answer) => process.send?.(message)

/** Makes this process a child that can be asked: says that it is ready, then runs the commands it is sent. */
export const answer = (facts: unknown, commands: Commands = {}): void => {
  process.on('message', async ({ id, command, input }: Question) => {
    try {
      const run = commands[command]
      if (!run) throw new Error(`there is no command ${command}`)
      say({ id, result: await run(input as never) })
    } catch (error) {
      say({ id, error: (error as Error).stack ?? String(error) })
    }
  })
  process.on('disconnect', () => process.exit())
  say({ ready: facts })
}
