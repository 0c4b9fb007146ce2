import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { SetupError } from '../setup-error.ts'

/** Writes what is at an address into a file, which appears only once it is whole. Answers its size in bytes. */
export const download = async (url: string, file: string): Promise<number> => {
  await mkdir(dirname(file), { recursive: true })
  const unfinished = `${file}.part`
  try {
    const response = await fetch(url)
    if (!response.ok || !response.body) throw new SetupError(`${url} answers ${response.status}`)
    await pipeline(Readable.fromWeb(response.body), createWriteStream(unfinished))
    await rename(unfinished, file)
    return (await stat(file)).size
  } finally {
    await rm(unfinished, { force: true })
  }
}
